"""What survives an interruption, and what a digest notices."""

import multiprocessing
import stat
import time

from setup.lib.files import digest_of, digest_of_tree, is_complete, locked, mark_complete, write_atomic


def _hold(path, seconds):
    with locked(path):
        time.sleep(seconds)


def test_a_folder_is_complete_only_after_its_marker(tmp_path):
    assert not is_complete(tmp_path)
    mark_complete(tmp_path)
    assert is_complete(tmp_path)


def test_an_atomic_write_leaves_nothing_beside_the_file(tmp_path):
    write_atomic(tmp_path / "secret", "value", mode=0o600)
    assert [path.name for path in tmp_path.iterdir()] == ["secret"]
    assert stat.S_IMODE((tmp_path / "secret").stat().st_mode) == 0o600


def test_a_digest_depends_on_content_order_and_boundaries():
    assert digest_of("a", "b") == digest_of("a", "b")
    assert len({digest_of("a", "b"), digest_of("b", "a"), digest_of("ab"), digest_of("a", "b", "")}) == 4


def test_a_tree_digest_notices_names_and_contents_but_not_what_is_skipped(tmp_path):
    (tmp_path / "models").mkdir()
    (tmp_path / "models/a.py").write_text("1")
    first = digest_of_tree(tmp_path, lambda name: name.endswith(".md"))
    (tmp_path / "README.md").write_text("words")
    assert digest_of_tree(tmp_path, lambda name: name.endswith(".md")) == first
    (tmp_path / "models/a.py").rename(tmp_path / "models/b.py")
    assert digest_of_tree(tmp_path, lambda name: name.endswith(".md")) != first
    assert digest_of_tree(tmp_path / "missing", lambda name: False) == digest_of_tree(tmp_path / "no", bool)


def test_a_lock_waits_for_its_holder(tmp_path):
    holder = multiprocessing.get_context("fork").Process(target=_hold, args=(tmp_path / "lock", 0.5))
    holder.start()
    while not (tmp_path / "lock").exists():
        time.sleep(0.01)
    time.sleep(0.1)
    begun = time.monotonic()
    with locked(tmp_path / "lock"):
        waited = time.monotonic() - begun
    holder.join()
    assert waited > 0.1
