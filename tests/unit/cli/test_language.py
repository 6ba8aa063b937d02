"""The language: --lang first, then the locale."""

import pytest

from kg_builder.cli.language import choose_language


@pytest.mark.parametrize(
    ("arguments", "environment", "expected"),
    [
        ([], {}, "en"),
        ([], {"LANG": "zh_CN.UTF-8"}, "zh"),
        ([], {"LANG": "zh_CN.UTF-8", "LC_ALL": "C"}, "en"),
        ([], {"LANG": "en_GB.UTF-8", "LC_MESSAGES": "zh_TW"}, "zh"),
        (["build", "--lang", "zh"], {"LANG": "en_US"}, "zh"),
        (["build", "--lang=en"], {"LANG": "zh_CN"}, "en"),
        (["build", "--lang"], {"LANG": "zh_CN"}, "zh"),
        (["build", "--lang", "fr"], {"LANG": "zh_CN"}, "zh"),
    ],
)
def test_choose_language(arguments, environment, expected):
    assert choose_language(arguments, environment) == expected
