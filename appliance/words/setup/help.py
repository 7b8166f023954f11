"""What `venue setup`, `venue handover` and `venue diag` say of themselves: the Chinese of each help line."""

from collections.abc import Mapping

SETUP_HELP_ZH: Mapping[str, str] = {
    "one file for who helps: no secret, nothing of a candidate": "求助用的情况文件：不含口令密钥，不含考生信息",
    "the file to write, as diag.tar.gz; never over one that is there": "写到哪个文件，如 diag.tar.gz；不覆盖已有的",
}
