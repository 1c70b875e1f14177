"""Write the hostile corpus anew: `python -m tests.hostile`. It comes out the same unless the code changed."""

import shutil

from tests.hostile.corpus import FOLDER, as_files
from tests.hostile.everything import all_cases


def main() -> None:
    """Replace every file of the corpus."""
    files = as_files(all_cases())
    shutil.rmtree(FOLDER, ignore_errors=True)
    for name, data in files.items():
        path = FOLDER / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)


if __name__ == "__main__":
    main()
