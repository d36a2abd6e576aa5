"""The build hook: what a wheel and an install get with a compiler and without one."""

import re
import sys
from pathlib import Path
from typing import Any

import pytest
from hatchling.bridge.app import Application
from hatchling.metadata.core import ProjectMetadata

import hatch_build
from hatch_build import (
    LIBRARY,
    PARTS,
    VARIABLE,
    CompileKernel,
    NotCompiledError,
    compile_kernel,
    laid_together,
    run,
    telling_of_errors,
)

ROOT = Path(__file__).parents[2]
ENGINE = Path("ehcp_flow", "engine")


@pytest.fixture
def build(tmp_path, monkeypatch, capfd):
    """Builds a wheel of an empty project, and returns what hatchling is told, and what is said."""
    engine = tmp_path / ENGINE
    engine.mkdir(parents=True)
    engine.joinpath(LIBRARY).write_text("of last week")

    def build(wish="", *, version="standard", error=None):
        def compile_there(_engine, folder):
            if error is not None:
                raise error
            folder.joinpath(LIBRARY).write_text("compiled")
            return folder / LIBRARY

        monkeypatch.setenv(VARIABLE, wish)
        monkeypatch.setattr(hatch_build, "compile_kernel", compile_there)
        metadata = ProjectMetadata[Any](str(tmp_path), None, {})
        hook = CompileKernel(str(tmp_path), {}, None, metadata, str(tmp_path), "wheel", Application())
        told: dict[str, Any] = {"pure_python": True, "infer_tag": False, "force_include": {}}
        hook.initialize(version, told)
        forced = {to: Path(path).read_text() for path, to in told["force_include"].items()}
        hook.finalize(version, told, "")
        lies = {path.name: path.read_text() for path in engine.iterdir()}
        return told["pure_python"], told["infer_tag"], forced, lies, capfd.readouterr().err

    return build


def test_a_wheel_has_the_library_and_the_tag_of_its_platform(build):
    pure, tagged, forced, lies, said = build()
    assert (pure, tagged, said) == (False, True, "")
    assert forced == {f"ehcp_flow/engine/{LIBRARY}": "compiled"}
    assert lies == {LIBRARY: "of last week"}, "a wheel leaves the project as it was"


def test_an_editable_install_has_it_beside_its_source(build):
    assert build(version="editable") == (False, True, {}, {LIBRARY: "compiled"}, "")


@pytest.mark.parametrize("error", [NotCompiledError("no compiler"), PermissionError("read-only")])
def test_where_it_cannot_be_compiled_the_wheel_is_pure_and_says_why(build, error):
    pure, tagged, forced, _, said = build(error=error)
    assert (pure, tagged, forced) == (True, False, {})
    assert f"the kernel stays interpreted: {error}" in said


def test_an_editable_install_keeps_no_stale_one(build):
    assert build(version="editable", error=NotCompiledError("no compiler"))[3] == {}
    assert build("no", version="editable") == (True, False, {}, {}, "")


def test_what_must_be_is_or_the_build_fails(build):
    assert build("must")[2] == {f"ehcp_flow/engine/{LIBRARY}": "compiled"}
    with pytest.raises(NotCompiledError, match="no compiler"):
        build("must", error=NotCompiledError("no compiler"))


def test_what_is_not_wanted_is_not_tried(build):
    assert build("no", error=AssertionError("tried"))[:3] == (True, False, {})


def test_a_wish_that_is_none_is_told(build):
    with pytest.raises(ValueError, match="EHCP_FLOW_BUILD_KERNEL is 'yes'; write must, no or try"):
        build("yes")


def test_without_a_compiler_there_is_a_reason_and_no_library(tmp_path, monkeypatch):
    monkeypatch.setenv("CC", "/nonexistent/cc")
    with pytest.raises(NotCompiledError, match="/nonexistent/cc"):
        compile_kernel(ROOT / ENGINE, tmp_path)


@pytest.mark.skipif(sys.platform == "win32", reason="the compiler of Windows is not asked by CFLAGS")
@pytest.mark.parametrize(("given", "meant"), [(None, "-O[23s]"), ("-O1", "-O1")])
def test_it_is_compiled_as_python_was_and_optimised(tmp_path, monkeypatch, given, meant):
    told = tmp_path / "told"
    compiler = tmp_path / "cc"
    compiler.write_text(f'#!/bin/sh\necho "$@" >> {told}\nexit 1\n')
    compiler.chmod(0o755)
    monkeypatch.setenv("CC", str(compiler))
    monkeypatch.delenv("CFLAGS", raising=False)
    if given is not None:
        monkeypatch.setenv("CFLAGS", given)
    tmp_path.joinpath("small.py").write_text("SMALL = 1\n")
    with pytest.raises(NotCompiledError):
        run([sys.executable, "-m", "Cython.Build.Cythonize", "-3", "--inplace", "small.py"], tmp_path)
    levels = re.findall(r"(?<!\S)-O\S*", told.read_text())
    assert re.fullmatch(meant, levels[-1]), levels


def test_a_source_that_cython_refuses_is_a_reason(tmp_path):
    for part in PARTS:
        tmp_path.joinpath(f"{part}.py").write_text("def judge(:\n")
        tmp_path.joinpath(f"{part}.pxd").write_text("")
    with pytest.raises(NotCompiledError, match=r"\S"):
        compile_kernel(tmp_path, tmp_path / "out")


def test_only_cpython_is_compiled_for(tmp_path, monkeypatch):
    monkeypatch.setattr(sys.implementation, "name", "pypy")
    with pytest.raises(NotCompiledError, match="pypy is not CPython"):
        compile_kernel(ROOT / ENGINE, tmp_path)


def test_every_function_of_a_checked_kernel_hands_errors_on():
    types = telling_of_errors(laid_together(ROOT / ENGINE)[1])
    assert b"noexcept" not in types
    assert types.count(b" nogil\n") == types.count(b"except? ") + types.count(b"except * nogil")
