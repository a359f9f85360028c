"""Which Debian archive the set-up takes from what apt says."""

from setup.lib.apt import candidate_mirrors, font_suite, parse_uris

TARGETS = """\
Debian|http://mirror.example/debian/|oldstable|bookworm|main
Debian|http://mirror.example/debian/|oldstable-updates|bookworm-updates|main
Debian|http://mirror.example/debian-security/|oldstable-security|bookworm-security|main
Example Vendor|https://vendor.example/apt/|stable|nodistro|main
Debian|http://mirror.example/debian/|oldstable|bookworm|contrib
"""
UPDATE_URIS = """\
'http://mirror.example/debian/dists/bookworm/InRelease' mirror.example_dists_InRelease 0
'http://mirror.example/debian/dists/bookworm/main/binary-amd64/Packages.xz' mirror.example_Packages 0
'http://mirror.example/debian-security/dists/bookworm-security/main/binary-amd64/Packages.xz' x 0
'https://vendor.example/apt/dists/nodistro/main/binary-amd64/Packages.xz' y 0
"""


def test_only_the_debian_archive_itself_is_a_candidate():
    assert candidate_mirrors(TARGETS, "") == [("http://mirror.example/debian/", "bookworm")]


def test_without_lists_the_archives_are_guessed_from_their_addresses():
    assert candidate_mirrors("", UPDATE_URIS) == [
        ("http://mirror.example/debian/", "bookworm"),
        ("https://vendor.example/apt/", "nodistro"),
    ]


def test_the_known_archive_comes_before_guesses_and_once():
    found = candidate_mirrors(TARGETS, UPDATE_URIS)
    assert found[0] == ("http://mirror.example/debian/", "bookworm")
    assert len(found) == len(set(found)) == 2


def test_nothing_known_gives_no_candidate():
    assert candidate_mirrors("", "") == []


def test_fonts_come_from_a_release_known_to_hold_the_old_ones():
    assert font_suite("bookworm") == "bookworm"
    assert font_suite("sid") == "trixie"
    assert font_suite("noble") == "trixie"


def test_names_addresses_and_checksums_are_read_from_print_uris():
    sha256 = "ab" * 32
    uri = "http://mirror.example/pool/o/odoo/odoo-19_1%2bdfsg.deb"
    assert parse_uris(f"'{uri}' odoo-19_1+dfsg.deb 12 SHA256:{sha256}\n") == {"odoo-19_1+dfsg.deb": (uri, sha256)}
