"""What `venue setup`, `venue handover` and `venue diag` say of themselves: the Chinese of each help line."""

from collections.abc import Mapping

SETUP_HELP_ZH: Mapping[str, str] = {
    "set the box up, step by step, without an editor": "设置监控盒：一步一步来，不用编辑器",
    "whether the box may be changed now: exit 0, else 75 or 3 and why": "现在能不能改这台盒子：能则退出码 0，"
    "不能则 75 或 3，并说明原因",
    "the package is to be exchanged or taken away": "要换掉或拆除安装包",
    "only this step: 1 venue file, 2 sockets, 3 UPS, 4 seats, 5 backup, 6 plug, 7 check": "只做这一步："
    "1 考点文件，2 网口，3 后备电源，4 考试机，5 备份，6 拔插头，7 检查",
    "from this step on": "从这一步开始",
    "answer every question from this file (TOML)": "所有问题都从这个文件里取回答（TOML）",
    "show what would be written, and write nothing": "只看会写什么，不写",
    "the sheet with which the rooms are given back, to print and sign": "考试结束交接单：打印，签字",
    "one file for who helps: no secret, nothing of a candidate": "求助用的情况文件：不含口令密钥，不含考生信息",
    "the file to write, as diag.tar.gz; never over one that is there": "写到哪个文件，如 diag.tar.gz；不覆盖已有的",
}
