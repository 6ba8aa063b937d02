"""How what happens becomes an exit code and one plain line."""

import pytest

import kg_builder.pipeline
from kg_builder.asking.results.lines import one_line
from kg_builder.cli.main import main
from kg_builder.errors import BusyError, CrashError, TimeLimitError, ValidationFailure


@pytest.mark.parametrize(
    ("error", "code", "line"),
    [
        (TimeLimitError("超时", "too long"), 124, "too long"),
        (CrashError("死了", "died"), 2, "died"),
        (BusyError("忙", "busy", file="out"), 2, "out: busy"),
        (ValidationFailure("查不了", "no", file="x.ttl", line=3, column=7), 2, "x.ttl:3:7: no"),
        (KeyboardInterrupt(), 130, "interrupted"),
        (PermissionError(13, "Permission denied", "x"), 2, "x: the system refuses: Permission"),
        (ZeroDivisionError("oh\nno"), 2, "internal error (ZeroDivisionError: oh\\u000ano)"),
    ],
)
def test_errors_become_exit_codes_and_one_line(monkeypatch, capsys, error, code, line):
    def fail(*_arguments):
        raise error

    monkeypatch.setattr(kg_builder.pipeline, "build", fail)
    with pytest.raises(SystemExit) as exit_:
        main(["build", "--lang", "en"])
    assert exit_.value.code == code
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith(line)
    assert err.count("\n") == 1


def test_one_line_escapes_what_a_terminal_would_obey():
    assert one_line("海淀区 “a”\u3000b") == "海淀区 “a”\u3000b"
    assert one_line("a\nb\u2028c\u202ed\x1b[0m\x85") == (
        "a\\u000ab\\u2028c\\u202ed\\u001b[0m\\u0085"
    )


@pytest.mark.parametrize(
    "arguments",
    [[], ["--help"], *([name, "--help"] for name in ("add", "build", "publish", "serve"))],
)
def test_help_speaks_one_language(capsys, arguments):
    said = {}
    for language in ("zh", "en"):
        with pytest.raises(SystemExit) as exit_:
            main(["--lang", language, *arguments])
        assert exit_.value.code == 0
        said[language] = capsys.readouterr().out
    for zh, en in (
        ("用法：kg", "Usage: kg"),
        ("选项：\n", "Options:\n"),
        ("显示本帮助", "Show this message and exit."),
    ):
        assert zh in said["zh"]
        assert en not in said["zh"]
        assert en in said["en"]
        assert zh not in said["en"]
    assert ("命令：\n" in said["zh"]) == ("Commands:\n" in said["en"])
    for english in ("Commands", "[default", "required]", "RANGE"):
        assert english not in said["zh"]


def test_what_is_missing_or_wrong_is_named_as_it_is_typed(capsys):
    for arguments, zh, en in (
        (["add", "new.ttl"], "kg：缺少选项 --source\n", "kg: Missing option '--source'"),
        (["undo"], "kg：缺少参数 N\n", "kg: Missing argument 'N'"),
        (["undo", "0"], "kg：N 的值不对，应是整数，x>=1\n", "kg: Invalid value for 'N': 0 is not"),
        (["serve", "--port", "x"], "kg：--port 的值不对，应是整数，0<=x<=65535\n", "kg: Inv"),
        (["serve", "--timeout", "0"], "kg：--timeout 的值不对，应是数，0<x<=604800\n", "kg: Inv"),
    ):
        for language, words in (("zh", zh), ("en", en)):
            with pytest.raises(SystemExit) as exit_:
                main(["--lang", language, *arguments])
            assert exit_.value.code == 2
            assert capsys.readouterr().err.startswith(words)


def test_an_empty_encoding_is_unknown(tmp_path, capsys):
    (tmp_path / "report.txt").write_text("云溪区", "utf-8")
    report, out = str(tmp_path / "report.txt"), tmp_path / "out"
    with pytest.raises(SystemExit) as exit_:
        main(["build", report, "-o", str(out), "--encoding", "", "--lang", "en"])
    assert exit_.value.code == 2
    assert "unknown encoding ''" in capsys.readouterr().err
    assert not out.exists()
