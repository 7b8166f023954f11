"""The label on the box: its name, the page's address as a QR code, the certificate's fingerprint.

Run as a program by the Python of the box, once the package is there: the QR code is segno's.
"""

import argparse
import html
import io
import sys

import segno

_PAGE = """\
<!DOCTYPE html>
<html lang="zh-CN"><meta charset="utf-8"><title>{host}</title>
<style>body{{font:11pt sans-serif;margin:8mm}}div{{border:1px solid #000;padding:4mm;display:inline-block}}
td{{padding-right:4mm;vertical-align:top}}code{{font-size:8pt}}</style>
<div><table><tr><td>{svg}</td><td><b>考场守护 · Venue Appliance</b><p>{host}<br>{address}</p>
<p>证书指纹 certificate SHA-256<br><code>{fingerprint}</code></p></td></tr></table></div>
</html>
"""


def in_lines(fingerprint: str) -> list[str]:
    """The fingerprint in four lines that can be compared with what a browser shows."""
    pairs = [fingerprint[n : n + 2] for n in range(0, len(fingerprint), 2)]
    return [":".join(pairs[n : n + 8]) for n in range(0, len(pairs), 8)]


def text(host: str, address: str, fingerprint: str) -> str:
    """The label for a terminal."""
    drawn = io.StringIO()
    segno.make(address, error="m", micro=False).terminal(drawn, compact=True)
    lines = [f"考场守护 · Venue Appliance: {host}", address, "证书指纹 certificate SHA-256:"]
    return (
        "\n".join([drawn.getvalue().rstrip("\n"), *lines, *(f"  {line}" for line in in_lines(fingerprint))])
        + "\n"
    )


def page(host: str, address: str, fingerprint: str) -> str:
    """The label as a page to print."""
    drawn = io.BytesIO()
    segno.make(address, error="m", micro=False).save(drawn, kind="svg", scale=4, xmldecl=False)
    return _PAGE.format(
        host=html.escape(host),
        address=html.escape(address),
        fingerprint="<br>".join(in_lines(html.escape(fingerprint))),
        svg=drawn.getvalue().decode(),
    )


def main() -> int:
    """Prints the label."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("host")
    parser.add_argument("address")
    parser.add_argument("fingerprint")
    parser.add_argument("--page", action="store_true", help="as HTML, to print")
    args = parser.parse_args()
    sys.stdout.reconfigure(encoding="utf-8")  # type: ignore[union-attr]  # a terminal, a pipe or a file: all can
    made = page if args.page else text
    print(made(args.host, args.address, args.fingerprint), end="")
    return 0


if __name__ == "__main__":
    sys.exit(main())
