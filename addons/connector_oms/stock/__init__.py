"""Work on many stock records at once: reserving, computing, publishing, telling."""
