"""What lies in a folder of templates, compared by two who may see it elsewhere."""

import os
import shutil
from pathlib import Path

from bot.rendering.digest import FolderDigest


def a_folder(path: Path, body: str) -> Path:
    (path / "bells").mkdir(parents=True)
    (path / "bells" / "body.en.txt.j2").write_text(body)
    return path


def test_the_same_wherever_it_lies(tmp_path: Path) -> None:
    """A copy has the digest of its original, another text another one."""
    one = a_folder(tmp_path / "one", "They ring.")
    two = shutil.copytree(one, tmp_path / "two")
    other = a_folder(tmp_path / "other", "They rang.")
    digests = [FolderDigest().of(folder) for folder in (one, two, other)]
    assert digests[0] == digests[1]
    assert digests[2] not in {"", digests[0]}


def test_a_change(tmp_path: Path) -> None:
    """An edit, a new file and one that is gone are each seen, and when it was."""
    digest, folder = FolderDigest(), a_folder(tmp_path, "They ring.")
    file, more = (folder / "bells" / f"body.{tag}.txt.j2" for tag in ("en", "de"))
    seen = [digest.of(folder)]
    file.write_text("They rang.")
    os.utime(file, (2e9, 2e9))
    seen.append(digest.of(folder))
    assert digest.changed_at == 2e9
    more.write_text("Sie läuten.")
    seen.append(digest.of(folder))
    more.unlink()
    assert digest.of(folder) == seen[1]
    assert len(set(seen)) == 3


def test_nothing(tmp_path: Path) -> None:
    """No folder, one that is missing and an empty one are the same."""
    folders = (None, tmp_path / "missing", tmp_path)
    assert {FolderDigest().of(folder) for folder in folders} == {""}
