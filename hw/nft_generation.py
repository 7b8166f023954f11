"""The generation of the kernel's nftables rules: a number that each transaction of anybody raises by one.

Source: linux/netfilter/nf_tables.h (NFT_MSG_GETGEN, NFTA_GEN_ID), linux/netlink.h.
"""

import socket
import struct

NETLINK_NETFILTER = 12
_SUBSYSTEM_NFTABLES, _NEW_GENERATION, _GET_GENERATION = 10, 15, 16
_REQUEST = 1
_ERROR = 2
_HEADER = struct.Struct("=IHHII")  # length, type, flags, sequence, port
_FAMILY = struct.Struct(">BBH")  # family, version, resource
_ATTRIBUTE = struct.Struct("=HH")  # length, type
_GENERATION_ID = 1
_TIMEOUT_S = 1.0


class GenerationError(Exception):
    """The kernel does not tell it: no nftables in it, or no right to ask."""


def generation() -> int:
    """The generation in this thread's network namespace. Needs CAP_NET_ADMIN. Raises GenerationError."""
    length = _HEADER.size + _FAMILY.size
    kind = _SUBSYSTEM_NFTABLES << 8 | _GET_GENERATION
    asked = _HEADER.pack(length, kind, _REQUEST, 1, 0) + _FAMILY.pack(socket.AF_UNSPEC, 0, 0)
    try:
        with socket.socket(
            socket.AF_NETLINK, socket.SOCK_RAW | socket.SOCK_CLOEXEC, NETLINK_NETFILTER
        ) as opened:
            opened.settimeout(_TIMEOUT_S)
            opened.bind((0, 0))
            opened.send(asked)
            return parse(opened.recv(4096))
    except OSError as error:
        raise GenerationError(f"nftables: {error.strerror or error}") from error


def parse(answer: bytes) -> int:
    """The generation in the kernel's answer. Raises GenerationError for anything else."""
    if len(answer) < _HEADER.size:
        raise GenerationError(f"{len(answer)} bytes are no answer")
    length, kind, _, _, _ = _HEADER.unpack_from(answer)
    if not _HEADER.size <= length <= len(answer):
        raise GenerationError(f"an answer of {length} bytes in {len(answer)}")
    if kind == _ERROR and length >= _HEADER.size + 4:
        (code,) = struct.unpack_from("=i", answer, _HEADER.size)
        raise GenerationError(f"nftables: error {-code}")
    if kind != _SUBSYSTEM_NFTABLES << 8 | _NEW_GENERATION:
        raise GenerationError(f"an answer of type {kind:#x}")
    at = _HEADER.size + _FAMILY.size
    while at + _ATTRIBUTE.size <= length:
        size, attribute = _ATTRIBUTE.unpack_from(answer, at)
        if size < _ATTRIBUTE.size or at + size > length:
            break
        if attribute & 0x3FFF == _GENERATION_ID and size == _ATTRIBUTE.size + 4:
            return int.from_bytes(answer[at + _ATTRIBUTE.size : at + size], "big")
        at += (size + 3) & ~3
    raise GenerationError("an answer without a generation")
