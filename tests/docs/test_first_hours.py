"""The first hours are whole: each picture is of a page that their commands write, and each that is taken is shown."""

import re
import struct

import pytest

from docs import pictures, refresh

PAGES = {page.stem: page for page in sorted(pictures.HERE.glob("*.md"))}
SHOWN = {
    person: re.findall(r"^!\[[^\]]{10,}\]\(pictures/([^)]+)\)$", page.read_text("utf-8"), re.MULTILINE)
    for person, page in PAGES.items()
}


def test_every_picture_that_is_taken_is_shown_once_and_every_one_that_is_shown_is_there():
    shown = [name for names in SHOWN.values() for name in names]
    assert sorted(shown) == sorted(pictures.TAKEN) == sorted(each.name for each in pictures.PICTURES.iterdir())


@pytest.mark.parametrize("name", pictures.TAKEN)
def test_a_picture_is_of_a_page_that_its_own_first_hour_writes_and_as_large_as_what_it_is_seen_on(name):
    page, size = pictures.TAKEN[name]
    (person,) = (person for person, names in SHOWN.items() if name in names)
    assert any(page in shown.command.split() for shown in refresh.commands_of(PAGES[person]) if shown.is_run)
    head = (pictures.PICTURES / name).read_bytes()[:24]
    assert head.startswith(b"\x89PNG")
    assert struct.unpack(">II", head[16:]) == size


@pytest.mark.parametrize("person", ["caseworker", "business-support", "parent"])
def test_each_of_the_three_people_sees_a_page_on_a_desktop_a_telephone_and_paper(person):
    seen = {pictures.TAKEN[name] for name in SHOWN[person]}
    every = {pictures.DESKTOP, pictures.TELEPHONE, pictures.PAPER}
    assert any({size for page, size in seen if page == of} == every for of, _ in seen)
