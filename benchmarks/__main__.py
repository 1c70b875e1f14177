"""Run every benchmark: one JSON line a claim as it comes, and a table at the end.

    python -m benchmarks [name …]

A name picks `bench_<name>.py`. The exit status is 1 when a claim does not hold.
"""

import importlib
import sys
import traceback
from pathlib import Path

from benchmarks.claim import Claim

FOLDER = Path(__file__).parent


def main(names: list[str]) -> int:
    """Run the benchmarks named, or all of them."""
    known = sorted(path.stem.removeprefix("bench_") for path in FOLDER.glob("bench_*.py"))
    unknown = sorted(set(names) - set(known))
    if unknown:
        print(f"There is no benchmark {', '.join(unknown)}. There are: {', '.join(known)}.", file=sys.stderr)
        return 2
    claims: list[Claim] = []
    broken: list[str] = []
    for name in names or known:
        try:
            found = importlib.import_module(f"benchmarks.bench_{name}").run()
        except Exception:  # noqa: BLE001 - the others shall still run; it is printed whole and fails the run
            traceback.print_exc()
            broken.append(name)
            continue
        for claim in [found] if isinstance(found, Claim) else found:
            print(claim.as_line(), flush=True)
            claims.append(claim)
    _print_table(claims)
    for name in broken:
        print(f"BROKEN  bench_{name}.py raised; its message is above.")
    return 0 if not broken and all(claim.holds for claim in claims) else 1


def _print_table(claims: list[Claim]) -> None:
    if not claims:
        return
    width = max(len(claim.claim) for claim in claims)
    print(f"\n{'claim':<{width}}  {'ours':>12}  {'reference':>12}  {'unit':<8}  {'ratio':>8}  {'goal':<10}  holds")
    for claim in claims:
        holds = "yes" if claim.holds else "NO"
        print(
            f"{claim.claim:<{width}}  {claim.ours:>12.4g}  {claim.reference:>12.4g}  {claim.unit:<8}  "
            f"{claim.ratio:>8.3g}  {claim.goal:<10}  {holds}"
        )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
