from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from tests.architecture import conventions
from tests.architecture.conventions import RULES, Finding, Source
from tests.architecture.patterns import is_ambiguous

pytestmark = pytest.mark.unit

Rule = Callable[[Source], Iterator[Finding]]
LONG = "def long():\n" + "    x = 1\n" * 90

# For every rule, a file that breaks it.
PLANTED: dict[str, Source] = {
    "only_the_database_layer_commits": Source("app/modules/x/service.py", "async def f(s):\n    await s.commit()\n"),
    "relationships_never_load_by_themselves": Source("app/modules/x/models.py", "a = relationship('B')\n"),
    "imports_stand_at_the_top": Source("app/modules/x/rules.py", "def f():\n    import os\n"),
    "time_comes_from_the_clock": Source(
        "app/modules/x/rules.py", "from datetime import datetime\na = datetime.now()\n"
    ),
    "nothing_grows_past_its_cap": Source("app/modules/x/rules.py", LONG),
    "routes_are_thin": Source("app/modules/x/routes.py", "@router.get('/x')\n" + LONG),
    "every_room_has_a_card": Source("app/modules/x/__init__.py", '"""A room."""\n'),
    "cards_name_every_table_and_event": Source(
        "app/modules/fleet/models.py", 'class Wheel(Model):\n    __tablename__ = "wheels"\n'
    ),
    "cards_lead_to_files": Source("app/modules/fleet/__init__.py", '"""Start reading at: nowhere.py."""\n'),
    "names_say_something": Source("app/modules/x/utils.py", ""),
    "values_are_bound_into_sql": Source("app/modules/x/repository.py", "q = f\"SELECT * FROM t WHERE a = '{a}'\"\n"),
    "money_is_never_a_float": Source("app/modules/pricing/rules/x.py", "a = float('1.1')\n"),
    "one_file_knows_the_token_library": Source("app/modules/x/service.py", "from jose import jwt\n"),
    "nobody_is_called_by_an_address_of_others": Source("app/modules/x/service.py", "import httpx\n"),
    "patterns_end_in_linear_time": Source("app/modules/x/rules.py", "import re\nA = re.compile(r'(a+b?)+c')\n"),
    "what_is_to_be_done_has_a_number": Source("app/modules/x/rules.py", "# TODO later\n"),
}


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_the_house_keeps_the_rule(rule: Rule):
    findings = [finding for source in conventions.sources() for finding in rule(source)]
    assert findings == []


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_the_rule_sees_a_planted_fault(rule: Rule):
    assert list(rule(PLANTED[rule.__name__]))


@pytest.mark.parametrize("pattern", [r"(?:\.[a-z]+)+", r"[a-z]{1,64}@[a-z]+", r"(?:ab?)+c", r"(\d{1,2}:)*"])
def test_a_pattern_that_reads_a_text_in_one_way_is_left_alone(pattern: str):
    assert not is_ambiguous(pattern)


@pytest.mark.parametrize("pattern", [r"(a+)+b", r"(?:a*b?)*c", r"(a|b+)+c", r"(?:aa*)+b", r"(\w+\s?)+$"])
def test_a_pattern_that_reads_a_text_in_many_ways_is_seen(pattern: str):
    assert is_ambiguous(pattern)
