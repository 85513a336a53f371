"""Tensors in a checkpoint of PyTorch, told by its pickle, which is never carried out: its steps are followed as text.

Where the pickle would call something, what would be called and with what is written down, and nothing is imported.
"""

from __future__ import annotations

import pickletools
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

_ITEM_SIZES = {
    "DoubleStorage": 8, "FloatStorage": 4, "HalfStorage": 2, "BFloat16Storage": 2, "LongStorage": 8, "IntStorage": 4,
    "ShortStorage": 2, "CharStorage": 1, "ByteStorage": 1, "BoolStorage": 1, "ComplexFloatStorage": 8,
    "ComplexDoubleStorage": 16,
}  # fmt: skip
"""Bytes of a value, by the class of the storage that it lies in."""

_REBUILT = ("_rebuild_tensor_v2", "_rebuild_tensor")
_WRAPPED = ("_rebuild_parameter", "_rebuild_parameter_with_state")
_MARK = object()
_DEEPEST = 40


@dataclass(frozen=True)
class StoredTensor:
    """A view of a storage: `offset` and `shape` are in values of `item_size` bytes."""

    name: str
    shape: tuple[int, ...]
    storage: str
    offset: int
    item_size: int
    contiguous: bool


@dataclass(eq=False)
class _Called:
    """What a pickle would make: what it would call, with what, and what it would put into that."""

    what: Any
    args: Any
    items: dict[Any, Any] = field(default_factory=dict)
    state: Any = None


@dataclass(frozen=True)
class _Named:
    module: str
    name: str


@dataclass(frozen=True)
class _Kept:
    """What lies outside the pickle."""

    said: Any


def tensors_in(pickled: bytes) -> list[StoredTensor]:
    """Raises ValueError, IndexError and the like for what is no pickle of that kind."""
    return list(_tensors(_followed(pickled), "", 0))


def _tensors(value: Any, name: str, depth: int) -> Iterator[StoredTensor]:
    if depth > _DEEPEST:
        raise ValueError("nested too deeply")
    if isinstance(value, _Called):
        called = value.what.name if isinstance(value.what, _Named) else ""
        if called in _REBUILT:
            yield _tensor(value.args, name)
            return
        if called in _WRAPPED:
            yield from _tensors(value.args[0], name, depth + 1)
            return
        for inner in (value.items, value.state):
            yield from _tensors(inner, name, depth + 1)
    elif isinstance(value, Mapping):
        for key, inner in value.items():
            yield from _tensors(inner, _inside(name, key), depth + 1)
    elif isinstance(value, list | tuple):
        for number, inner in enumerate(value):
            yield from _tensors(inner, _inside(name, number), depth + 1)


def _inside(name: str, key: Any) -> str:
    part = key if isinstance(key, str | int) else "?"
    return f"{name}.{part}" if name else str(part)


def _tensor(args: Any, name: str) -> StoredTensor:
    kept, offset, shape, stride = args[:4]
    _, storage_class, key, *_ = kept.said
    sizes = tuple(int(one) for one in shape)
    steps, expected = tuple(int(one) for one in stride), 1
    contiguous = True
    for size, step in zip(reversed(sizes), reversed(steps), strict=True):
        contiguous = contiguous and (size == 1 or step == expected)
        expected *= size
    return StoredTensor(name, sizes, str(key), int(offset), _ITEM_SIZES[storage_class.name], contiguous)


def _followed(pickled: bytes) -> Any:
    """The value that the pickle describes, with `_Called` wherever it would call something."""
    machine = _Machine()
    for opcode, arg, _ in pickletools.genops(pickled):
        if opcode.name == "STOP":
            return machine.stack[-1]
        machine.do(opcode.name, arg)
    raise ValueError("a pickle ends")


class _Machine:
    def __init__(self) -> None:
        self.stack: list[Any] = []
        self.memo: dict[int, Any] = {}

    def do(self, name: str, arg: Any) -> None:
        if name in _CONSTANT:
            self.stack.append(_CONSTANT[name])
        elif name in _MADE:
            self.stack.append(_MADE[name]())
        elif name in _NOTHING:
            return
        elif name in _GIVEN:
            self.stack.append(arg)
        else:
            _STEPS[name](self, arg)

    def marked(self) -> list[Any]:
        at = len(self.stack) - 1
        while self.stack[at] is not _MARK:
            at -= 1
            if at < 0:
                raise ValueError("no mark")
        found = self.stack[at + 1 :]
        del self.stack[at:]
        return found

    def top(self, count: int) -> list[Any]:
        found = self.stack[-count:]
        if len(found) < count:
            raise ValueError("too little")
        del self.stack[-count:]
        return found


_CONSTANT = {"NONE": None, "NEWTRUE": True, "NEWFALSE": False, "MARK": _MARK}
_MADE: dict[str, Callable[[], Any]] = {"EMPTY_DICT": dict, "EMPTY_LIST": list, "EMPTY_TUPLE": tuple, "EMPTY_SET": list}
_NOTHING = frozenset({"PROTO", "FRAME"})
_GIVEN = frozenset({
    "INT", "BININT", "BININT1", "BININT2", "LONG", "LONG1", "LONG4", "FLOAT", "BINFLOAT", "STRING", "BINSTRING",
    "SHORT_BINSTRING", "BINBYTES", "SHORT_BINBYTES", "BINBYTES8", "BYTEARRAY8", "UNICODE", "BINUNICODE",
    "SHORT_BINUNICODE", "BINUNICODE8",
})  # fmt: skip
"""Steps that put down what they carry."""


def _put(machine: _Machine, arg: Any) -> None:
    machine.memo[len(machine.memo) if arg is None else int(arg)] = machine.stack[-1]


def _get(machine: _Machine, arg: Any) -> None:
    machine.stack.append(machine.memo[int(arg)])


def _global(machine: _Machine, arg: Any) -> None:
    module, _, name = arg.partition(" ")
    machine.stack.append(_Named(module, name))


def _stack_global(machine: _Machine, arg: Any) -> None:
    del arg
    module, name = machine.top(2)
    machine.stack.append(_Named(str(module), str(name)))


def _reduce(machine: _Machine, arg: Any) -> None:
    del arg
    machine.stack.append(_Called(*machine.top(2)))


def _build(machine: _Machine, arg: Any) -> None:
    del arg
    (state,) = machine.top(1)
    if isinstance(machine.stack[-1], _Called):
        machine.stack[-1].state = state


def _persistent(machine: _Machine, arg: Any) -> None:
    machine.stack.append(_Kept(arg if arg is not None else machine.top(1)[0]))


def _tuple_of(count: int) -> Callable[[_Machine, Any], None]:
    return lambda machine, _: machine.stack.append(tuple(machine.top(count)))


def _marked_tuple(machine: _Machine, arg: Any) -> None:
    del arg
    machine.stack.append(tuple(machine.marked()))


def _into(machine: _Machine, keys_and_values: list[Any]) -> None:
    target = machine.stack[-1]
    items = target.items if isinstance(target, _Called) else target
    for key, value in zip(keys_and_values[::2], keys_and_values[1::2], strict=True):
        items[key if isinstance(key, str | int) else f"?{len(items)}"] = value


def _onto(machine: _Machine, values: list[Any]) -> None:
    target = machine.stack[-1]
    if isinstance(target, list):
        target.extend(values)
    elif isinstance(target, _Called):
        target.items.update({f"?{len(target.items) + at}": value for at, value in enumerate(values)})


def _pop(machine: _Machine, arg: Any) -> None:
    del arg
    machine.top(1)


_STEPS: dict[str, Callable[[_Machine, Any], None]] = {
    "PUT": _put,
    "BINPUT": _put,
    "LONG_BINPUT": _put,
    "MEMOIZE": _put,
    "GET": _get,
    "BINGET": _get,
    "LONG_BINGET": _get,
    "GLOBAL": _global,
    "STACK_GLOBAL": _stack_global,
    "REDUCE": _reduce,
    "NEWOBJ": _reduce,
    "BUILD": _build,
    "PERSID": _persistent,
    "BINPERSID": _persistent,
    "TUPLE": _marked_tuple,
    "TUPLE1": _tuple_of(1),
    "TUPLE2": _tuple_of(2),
    "TUPLE3": _tuple_of(3),
    "SETITEM": lambda machine, _: _into(machine, machine.top(2)),
    "SETITEMS": lambda machine, _: _into(machine, machine.marked()),
    "APPEND": lambda machine, _: _onto(machine, machine.top(1)),
    "APPENDS": lambda machine, _: _onto(machine, machine.marked()),
    "ADDITEMS": lambda machine, _: _onto(machine, machine.marked()),
    "POP": _pop,
}
