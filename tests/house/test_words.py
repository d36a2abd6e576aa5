"""One word, one meaning: what the names of classes and modules, and the sizes of modules, keep to."""

import ast
import re
from collections import defaultdict
from pathlib import Path

PACKAGE = Path(__file__).parents[2] / "ehcp_flow"
MODULES = {
    path.relative_to(PACKAGE).as_posix(): path.read_text("utf-8")
    for path in sorted(PACKAGE.rglob("*.py"))
    # Django finds commands by the names that it wants them to have, as Alembic and it find migrations.
    if not {"migrations", "commands"} & {*path.parts}
}

SAYS_NOTHING = {
    "adding", "answering", "asking", "building", "files", "gaps", "leaving", "names", "passing", "reading", "rows",
    "sources", "stories", "story", "tallying", "told", "working", "writing",
}  # fmt: skip
"""What says nothing of what is done to what, so that two modules would soon be called so."""
KNOWN_TWICE = {
    "desk": "the command `desk` shows what the module knows",
    "errors": "those of the store stand beside it",
    "facts": "the command `facts` shows what the module knows",
    "notices": "the command `notices` shows what the module knows",
    "registers": "the command `registers` shows what the module knows",
    "return_changes": "the command `sen2 compare` shows what the module knows",
    "return_figures": "the command `sen2 figures` shows what the module knows",
    "retention": "the command `retention` shows what the module knows",
    "scorecard": "the command `scorecard` shows what the module knows",
    "version": "the command `version`, and a version of a rule",
}

SHORTEST, LONGEST = 50, 400
LONG = {
    "case.py": "what was recorded of one child, what counts of it, and what holds on a day: one class",
    "counting.py": "a closed set of periods and conventions, each a small class",
    "engine/contributions.py": "compiled as one; a figure's marks are one walk over a case",
    "engine/kernel.py": "compiled as one; what happened to a limit is one walk over the facts",
    "engine/rulebook.py": "the tables of the kernel, column by column",
    "events.py": "a class for each event, in the order of the law",
    "measures/plan_file.py": "a closed set: what a plan can hold, each a small class that refuses what cannot be",
    "record_table.py": "one table: the kinds of its rows, and a row for each thing that a record cannot truly say",
}
SHORT = {
    "__main__.py": "it is what `python -m` runs",
    "bulk/identifier_check.py": "one question, asked by two readers of columns",
    "bulk/law_words.py": "what five modules of columns ask of a rulebook",
    "bulk/refused_frame.py": "one question, asked of a Parquet file that is read again",
    "readers/persons_file.py": "one file, written by two layers and read by one",
    "closed.py": "one function, below everything that holds a closed set",
    "contrib/django/apps.py": "Django looks for it",
    "contrib/django/migrating.py": "what each migration does is history, and does not grow with the app",
    "contrib/django/lent_connection.py": "Django's connection is no driver's, and nobody else may know Django",
    "contrib/django/models.py": "Django looks for it",
    "docstrings.py": "one function, below everything that shows a docstring",
    "engine/numbers.py": "the numbers that the engine and the columns share",
    "masking.py": "one rule for everything that is printed",
    "law/checklist.py": "one model of the rulebook",
    "law/notices.py": "one question to the rulebook",
    "measures/change.py": "one test, of shares and of counts",
    "measures/exceptions.py": "one figure",
    "reports/list_page.py": "one page, whatever list is on it",
    "measures/frames.py": "the way of every figure into frames",
    "measures/plan_proposal.py": "the plan to begin with is data; this fills in its baselines",
    "moves/citing.py": "one function, below guards and steps",
    "nouns.py": "how many of a thing, at the bottom",
    "reports/tiles.py": "the tiles of the page",
    "store/revisions.py": "it keeps the store's circles apart",
    "store/store_files.py": "one question that commands ask before they write",
    "store/table_names.py": "one class that every statement uses",
    "store/upcasting.py": "one class that hosts extend",
    "testing/case_builder.py": "one class and what begins it",
    "testing/contract.py": "it puts the parts of the contract together",
}


PATH = re.compile(r"`([\w./-]+\.(?:py|toml|md|pxd))`")


def test_no_two_classes_share_a_name():
    homes = defaultdict(list)
    for name, text in MODULES.items():
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.ClassDef):
                homes[node.name].append(name)
    assert {name: places for name, places in homes.items() if len(places) > 1} == {}


def test_no_module_is_called_by_a_word_that_says_nothing():
    assert [name for name in MODULES if Path(name).stem in SAYS_NOTHING] == []


def test_two_modules_share_a_name_only_where_it_says_enough():
    homes = defaultdict(list)
    for name in MODULES:
        if not name.endswith("__init__.py"):
            homes[Path(name).stem].append(name)
    assert {name for name, places in homes.items() if len(places) > 1} == set(KNOWN_TWICE)


def test_a_module_is_short_enough_to_read_and_long_enough_to_be_one():
    lines = {name: len(text.splitlines()) for name, text in MODULES.items()}
    assert {name for name, many in lines.items() if many > LONGEST} == set(LONG)
    # A command has a module of its own, however short.
    short = {name for name, many in lines.items() if many < SHORTEST and not name.startswith("cli/")}
    assert {name for name in short if not name.endswith("__init__.py")} == set(SHORT)


def test_what_a_newcomer_opens_first_can_be_read_in_one_sitting():
    for name in ("states.py", "deadlines.py", "derivation.py", "explanation.py"):
        assert SHORTEST <= len(MODULES[name].splitlines()) <= LONGEST, name


def test_a_folder_says_what_lives_there():
    said = {
        name: ast.get_docstring(ast.parse(text)) or "" for name, text in MODULES.items() if name.endswith("__init__.py")
    }
    assert [name for name, text in said.items() if text.count(".") < 3] == []


def test_no_docstring_names_a_file_that_is_not_there():
    root, lost = PACKAGE.parent, []
    for path in sorted((*PACKAGE.rglob("*.py"), *(root / "tests").rglob("*.py"))):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef):
                for named in PATH.findall(ast.get_docstring(node) or ""):
                    there = any((base / named).exists() for base in (root, PACKAGE, path.parent, root / "docs"))
                    if not there and ("/" in named or not any(PACKAGE.rglob(named))):
                        lost.append(f"{path.relative_to(root)}: {named}")
    assert lost == []
