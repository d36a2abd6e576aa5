"""No password is shown, however an address is mistyped."""

import pickle

import pytest

from ehcp_flow.errors import SourceMissing
from ehcp_flow.masking import masked
from ehcp_flow.store.errors import StoreURLError

SHOWN = [
    ("postgresql+psycopg://user:hunter2@host/db", "postgresql+psycopg://user:***@host/db"),
    ("postgresql://u:hunter2@x/hunter2:hunter2@h:5432/d", "postgresql://u:***@h:5432/d"),
    ("postgresql://:hunter2@h/d", "postgresql://:***@h/d"),
    ("postgresql:/u:hunter2@h/d", "postgresql:/u:***@h/d"),
    ("postgresql:u:hunter2@h/d", "postgresql:***@h/d"),
    ("postgresql//u:hunter2@h/d", "postgresql//u:***@h/d"),
    ("postgresql;//u:hunter2@h/d", "postgresql;//u:***@h/d"),
    ("postgresql:://u:hunter2@h/d", "postgresql:***@h/d"),
    ("u:hunter2@h/d", "u:***@h/d"),
    ("postgresql://us@er:hunter2@h", "postgresql://us@er:***@h"),
    ("postgresql://u:hunter2/h/d", "postgresql://u:***/h/d"),
    ("postgresql://u:hunter2'hunter2\"@h/d", "postgresql://u:***@h/d"),
    ("postgresql://u@h/d?password=hunter2&sslmode=require", "postgresql://u@h/d?password=***&sslmode=require"),
    ("postgresql://u@h/d?sslpassword=hunter2", "postgresql://u@h/d?sslpassword=***"),
    ("host=h password = hunter2 user=u", "host=h password = *** user=u"),
    ("PGPASSWORD=hunter2", "PGPASSWORD=***"),
    ("'http:/u:hunter2@h' is no file; write it again", "'http:/u:***@h' is no file; write it again"),
]


@pytest.mark.parametrize(("text", "shown"), SHOWN)
def test_a_password_is_stars(text, shown):
    assert masked(text) == shown
    assert masked(shown) == shown


@pytest.mark.parametrize(
    "text",
    [
        "postgresql+psycopg://user@host/database",
        "postgresql://host:5432/database",
        "sqlite:///cases.db", "sqlite:///C:/x/y.db", r"sqlite:///C:\x\y.db", "memory:",
        "2026-03-02T09:30:00Z", "case_id: 5 @home", "mail jane@example.org: at noon", "https://host:8000/x, next",
        "cases.csv, line 3, column on: '31/02/2026': the calendar has no such day",
    ],
)  # fmt: skip
def test_what_has_no_password_stays(text):
    assert masked(text) == text


@pytest.mark.parametrize("kind", [SourceMissing, StoreURLError])
@pytest.mark.parametrize("url", [text for text, _ in SHOWN if "://" in text] + ["postgresql://u:hunter2 hunter2@h/d"])
def test_an_error_holds_no_password(kind, url):
    error = kind(url, "there is no such thing")
    for held in (str(error), repr(error), repr(vars(error)), repr(pickle.dumps(error))):
        assert "hunter2" not in held
