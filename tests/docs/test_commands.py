"""Every command that a page shows is run, and prints what the page shows.

`python docs/refresh.py` writes the outputs anew; read the difference before you believe it.
"""

import pytest

from docs import refresh

SHOWN = [
    (page.relative_to(refresh.ROOT).as_posix(), number, shown)
    for page in refresh.pages()
    if page.exists()
    for number, shown in enumerate(refresh.commands_of(page), start=1)
]


@pytest.fixture(scope="module")
def homes(tmp_path_factory):
    """A copy of the examples for each page, so that the commands of a page follow one another."""
    made = {}

    def home(page):
        if page not in made:
            made[page] = refresh.home_in(tmp_path_factory.mktemp("home"))
        return made[page]

    return home


@pytest.mark.parametrize(
    ("page", "shown"),
    [(page, shown) for page, _, shown in SHOWN if shown.is_run],
    ids=[f"{page}-{number}" for page, number, shown in SHOWN if shown.is_run],
)
def test_a_command_prints_what_its_page_shows(page, shown, homes):
    output, exit_code = refresh.run(shown.command, homes(page))

    assert exit_code == shown.exit_code, output
    assert shown.agrees_with(output), f"$ {shown.command}\n{output}\nthe page shows\n{shown.output}"


def test_the_readme_shows_commands_of_each_kind():
    commands = {shown.command.split()[1] for page, _, shown in SHOWN if page == "README.md" and shown.is_run}

    assert commands >= {"due", "check", "explain", "state"}


def test_no_page_shows_a_command_without_its_output():
    silent = [f"{page}: {shown.command}" for page, _, shown in SHOWN if shown.is_run and not shown.output.strip()]

    assert silent == []


def test_no_output_is_left_to_be_filled_in():
    assert [page.name for page in refresh.pages() if page.exists() and "<!-- output" in page.read_text("utf-8")] == []


def test_an_output_may_be_shortened():
    shown = refresh.Shown("ehcp-flow due", "decide_assess ...\n...\n")

    assert shown.agrees_with("decide_assess  13 April\nfinal_plan\n")
    assert not shown.agrees_with("final_plan\n")


def test_a_refresh_writes_new_outputs_and_keeps_true_ones():
    page = "```console\n$ ehcp-flow a\nold\n$ ./test\nas it is\n$ ehcp-flow b   # exits with 3\nlong ...\n```\n"
    printed = {"ehcp-flow a": ("new\n", 0), "ehcp-flow b   # exits with 3": ("long story\n", 3)}

    new = refresh.refreshed(page, printed.__getitem__)

    assert new == page.replace("old", "new")


def test_a_refresh_stops_at_another_exit_code():
    with pytest.raises(SystemExit, match="exits with 2, not 0"):
        refresh.refreshed("```console\n$ ehcp-flow a\n```\n", lambda _: ("", 2))
