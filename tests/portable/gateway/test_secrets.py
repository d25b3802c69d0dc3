"""The files that hold secrets."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portable.gateway import secrets
from portable.gateway.secrets import SecretStore
from portable.stack.errors import Conflict, NotFound, Refused
from portable.stack.messages import Secret


@pytest.fixture
def store(tmp_path: Path) -> SecretStore:
    return SecretStore(tmp_path / "state" / "secrets")


def secret(value: bytes = b"one", *, name: str = "key", namespace: str = "openfaas-fn") -> Secret:
    return Secret(name, namespace, value)


def test_store_without_secrets_lists_none(store: SecretStore) -> None:
    assert store.list("openfaas-fn") == []
    assert not store.exists("openfaas-fn", "key")


def test_store_keeps_each_namespace_apart(store: SecretStore) -> None:
    store.create(secret(b"one"))
    store.create(secret(b"two", namespace="dev"))
    store.create(secret(b"three", name="a.b", namespace="dev"))

    assert store.list("openfaas-fn") == ["key"]
    assert store.list("dev") == ["a.b", "key"]
    assert store.path("dev", "key").read_bytes() == b"two"
    assert store.find("openfaas-fn", "key").read_bytes() == b"one"


def test_files_are_for_all_users_in_folders_for_one(store: SecretStore) -> None:
    store.create(secret())
    path = store.path("openfaas-fn", "key")

    assert path.is_absolute()
    assert path.stat().st_mode & 0o777 == 0o444
    assert path.parent.stat().st_mode & 0o777 == 0o700
    assert path.parent.parent.stat().st_mode & 0o777 == 0o700


def test_create_of_one_that_is_there_is_a_conflict_and_keeps_it(store: SecretStore) -> None:
    store.create(secret(b"one"))

    with pytest.raises(Conflict, match="secret update"):
        store.create(secret(b"two"))
    assert store.path("openfaas-fn", "key").read_bytes() == b"one"
    assert [path.name for path in store.path("openfaas-fn", "key").parent.iterdir()] == ["key"]


@given(values=st.lists(st.binary(min_size=1, max_size=3000), min_size=1, max_size=5))
def test_update_changes_the_same_file(values: list[bytes], tmp_path_factory: pytest.TempPathFactory) -> None:
    """A function that runs has the file itself mounted, so it must stay that file."""
    store = SecretStore(tmp_path_factory.mktemp("secrets"))
    store.create(secret(b"first"))
    path = store.path("openfaas-fn", "key")
    inode = path.stat().st_ino
    for value in values:
        store.update(secret(value))

        assert path.read_bytes() == value
    assert path.stat().st_ino == inode
    assert path.stat().st_mode & 0o777 == 0o444


def test_update_and_delete_of_an_unknown_secret_are_not_found(store: SecretStore) -> None:
    with pytest.raises(NotFound, match="'key'"):
        store.update(secret())
    with pytest.raises(NotFound, match="'key'"):
        store.delete("openfaas-fn", "key")
    assert store.list("openfaas-fn") == []


def test_delete_removes_the_file_and_allows_another(store: SecretStore) -> None:
    store.create(secret())
    store.delete("openfaas-fn", "key")
    assert store.list("openfaas-fn") == []

    store.create(secret(b"two"))
    assert store.path("openfaas-fn", "key").read_bytes() == b"two"


def test_find_of_an_unknown_secret_is_refused_with_the_command_that_makes_it(store: SecretStore) -> None:
    with pytest.raises(Refused, match=r"unable to find secret: key; .*faas-cli secret create key"):
        store.find("openfaas-fn", "key")


@pytest.mark.parametrize("name", ["", ".", "..", "../key", "a/b", ".new", "UPPER", "a..b", "x" * 300])
def test_names_that_would_leave_the_folder_are_refused(store: SecretStore, name: str) -> None:
    with pytest.raises(Refused):
        store.create(secret(name=name))
    with pytest.raises(Refused):
        store.path("openfaas-fn", name)
    with pytest.raises(Refused):
        store.delete(name, "key")


def test_namespace_takes_no_more_than_the_most_secrets(store: SecretStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(secrets, "MAX_SECRETS", 2)
    store.create(secret(name="a"))
    store.create(secret(name="b"))

    with pytest.raises(Refused, match="2 secrets"):
        store.create(secret(name="c"))
    assert store.list("openfaas-fn") == ["a", "b"]


def test_one_of_many_that_create_at_once_wins(store: SecretStore) -> None:
    outcomes: list[str] = []

    def create(value: bytes) -> None:
        try:
            store.create(secret(value))
            outcomes.append(value.decode())
        except Conflict:
            outcomes.append("")

    threads = [threading.Thread(target=create, args=(b"%d" % number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    winner = [one for one in outcomes if one]
    assert len(outcomes) == 8
    assert [store.path("openfaas-fn", "key").read_text()] == winner


def test_a_file_left_by_a_gateway_that_died_is_in_nobodys_way(store: SecretStore) -> None:
    store.create(secret(name="other"))
    (store.path("openfaas-fn", "key").parent / ".new").write_bytes(b"half")
    store.create(secret())

    assert store.list("openfaas-fn") == ["key", "other"]
