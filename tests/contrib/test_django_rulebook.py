"""A rulebook of one's own in Django: the setting is checked at start, and no call of the app leaves it out."""

import ast
import inspect
import shutil
from importlib import import_module
from pathlib import Path

import pytest

from ehcp_flow.contrib import django as app
from tests.contrib.host import MADE_UP, manage

APP = Path(app.__file__).parent


@pytest.fixture
def with_setting(project):
    """Return what runs a command of a host whose EHCP_FLOW_RULEBOOK is the value of an expression."""

    def run(value, *arguments):
        settings = f"from council.settings import *\n\nEHCP_FLOW_RULEBOOK = {value}\n"
        (project / "own_settings.py").write_text(settings, encoding="utf-8")
        return manage(project, *arguments, DJANGO_SETTINGS_MODULE="own_settings")

    return run


def test_its_facts_are_known_from_when_the_host_begins(with_setting, project):
    made = "make_fact('panel_met', case_id='C-9', on='2026-04-27', outcome='upheld')"
    make = f"from ehcp_flow import make_fact; print({made}.event)"
    code, said = with_setting("HERE.parent / 'rulebook_made_up'", "shell", "-c", make)
    assert (code, "panel_met" in said) == (0, True), said
    code, said = manage(project, "shell", "-c", make)
    assert (code, "there is no event called 'panel_met'" in said) == (1, True), said


def test_a_setting_that_is_right_passes_the_check(with_setting):
    said = with_setting("HERE.parent / 'rulebook_made_up'", "check")
    assert said == (0, "System check identified no issues (0 silenced).\n")


def test_what_is_no_folder_is_refused_by_the_check(with_setting, project):
    code, said = with_setting("HERE / 'nowhere'", "check")
    assert code == 1
    assert f"(ehcp_flow.E001) EHCP_FLOW_RULEBOOK: '{project / 'nowhere'}' is no folder by its whole path; write" in said


@pytest.mark.parametrize("command", ["ehcp_breaches", "migrate"])
def test_a_rulebook_that_does_not_load_is_refused_with_its_line(with_setting, project, command):
    law = shutil.copytree(MADE_UP, project / "law") / "complaints.toml"
    text = law.read_text("utf-8")
    law.write_text(text.replace('clock = "complaint"', 'clock = "complain"', 1), encoding="utf-8")
    line = text[: text.index('clock = "complaint"')].count("\n") + 1
    code, said = with_setting("HERE / 'law'", command)
    assert code == 1
    assert f"(ehcp_flow.E001) EHCP_FLOW_RULEBOOK: in {project / 'law'}: complaints.toml, line {line}, limit.0." in said
    assert "no clock is called 'complain'; did you mean complaint?" in said


def _asking(tree):
    """Return the names in a module of what asks the law, which takes `rulebook`."""
    froms = [(node.module or "", node.names) for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]
    library = [(name, aliases) for name, aliases in froms if name.startswith("ehcp_flow.") and "contrib" not in name]
    things = {alias.asname or alias.name: (name, alias.name) for name, aliases in library for alias in aliases}
    calls = {name: getattr(import_module(module), thing, None) for name, (module, thing) in things.items()}
    return {
        name
        for name, call in calls.items()
        if inspect.isfunction(call) and "rulebook" in inspect.signature(call).parameters
    }


def test_whatever_asks_the_law_is_given_the_rulebook():
    given = []
    for path in APP.rglob("*.py"):
        tree = ast.parse(path.read_text("utf-8"))
        asking = _asking(tree)
        used = [node for node in ast.walk(tree) if isinstance(node, ast.Name) and node.id in asking]
        calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
        with_rulebook = [call for call in calls if "rulebook" in {keyword.arg for keyword in call.keywords}]
        right = [node for call in with_rulebook for node in (call.func, *call.args)]
        wrong = [f"{path.relative_to(APP)}, line {node.lineno}: {node.id}" for node in used if node not in right]
        assert not wrong
        given += [node.id for node in used]
    assert {"allowed", "state", "deadlines_of", "moves", "desk"} <= {*given}


def test_what_the_loader_takes_has_room_in_the_table(project):
    """What is longer is refused when the rulebook is loaded (`tests/law/test_refused_rulebooks.py`)."""
    fields = "[CachedDeadline._meta.get_field(name).max_length for name in ('title', 'limit')]"
    code, said = manage(project, "shell", "-c", f"from ehcp_flow.contrib.django.models import *; print({fields})")
    assert (code, said.splitlines()[-1]) == (0, "[300, 100]")
