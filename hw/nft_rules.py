"""What `nft -j list ruleset` prints, reduced to what tells one set of rules from another.

Source: libnftables-json(5); seen of nft 1.0.6. Handles, counters and what packets put into sets differ from reading
to reading and are left out.
"""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

LIMIT_BYTES = 64 * 1024 * 1024


class NftRulesError(Exception):
    """What was printed is no ruleset."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """`digest` of the own tables; `foreign` other tables that have a hook, as `inet filter`.

    `counts`: how many rules a chain and elements a set of the own tables has, by `FAMILY NAME`; sets that packets or
    time change are left out.
    """

    digest: str
    foreign: tuple[str, ...]
    counts: dict[str, int]


def rules(printed: bytes, *, own: str) -> Rules:
    """The rules, those of the tables named `own` apart. Raises NftRulesError."""
    mine: list[str] = []
    foreign: set[str] = set()
    counts: dict[str, int] = {}
    for kind, what in _objects(printed):
        family = str(what.get("family"))
        table = str(what.get("name" if kind == "table" else "table"))
        if table == own and family in ("bridge", "inet"):
            mine.append(json.dumps([kind, _lasting(what)], sort_keys=True))
            _count(counts, kind, family, what)
        elif kind == "chain" and "hook" in what:
            foreign.add(f"{family} {table}")
    digest = hashlib.sha256("\n".join(mine).encode()).hexdigest()
    return Rules(digest=digest, foreign=tuple(sorted(foreign)), counts=counts)


def _objects(printed: bytes) -> Iterator[tuple[str, dict[str, Any]]]:
    if len(printed) > LIMIT_BYTES:
        raise NftRulesError(f"{len(printed)} bytes, at most {LIMIT_BYTES} were expected")
    try:
        document = json.loads(printed)
    except (ValueError, RecursionError) as error:
        raise NftRulesError(f"not JSON: {str(error)[:80]}") from error
    rows = document.get("nftables") if isinstance(document, dict) else None
    if not isinstance(rows, list):
        raise NftRulesError("a list of nftables was expected")
    for row in rows:
        for kind, what in row.items() if isinstance(row, dict) else ():
            if isinstance(what, dict) and kind != "metainfo":
                yield kind, what


def _count(counts: dict[str, int], kind: str, family: str, what: dict[str, Any]) -> None:
    if kind == "rule":
        key = f"{family} {what.get('chain')}"
        counts[key] = counts.get(key, 0) + 1
    elif kind == "set" and not _changing(what):
        elements = what.get("elem", [])
        counts[f"{family} {what.get('name')}"] = len(elements) if isinstance(elements, list) else -1


def _lasting(what: dict[str, Any]) -> dict[str, Any]:
    """Without what changes by itself; the elements of a set in an order of their own."""
    kept = {key: value for key, value in what.items() if key not in ("handle", "index", "elem")}
    if "expr" in kept:
        kept["expr"] = [_uncounted(each) for each in kept["expr"]] if isinstance(kept["expr"], list) else None
    if "elem" in what and not _changing(what) and isinstance(what["elem"], list):
        kept["elem"] = sorted(json.dumps(each, sort_keys=True) for each in what["elem"])
    return kept


def _uncounted(expression: Any) -> Any:  # noqa: ANN401 - nft's JSON
    return {"counter": None} if isinstance(expression, dict) and "counter" in expression else expression


def _changing(what: dict[str, Any]) -> bool:
    """Whether packets or time change it. nft 1.0.6 does not print the flag dynamic: what counts for each is."""
    flags = what.get("flags", [])
    return "stmt" in what or isinstance(flags, list) and bool({"dynamic", "timeout"} & {str(flag) for flag in flags})
