"""The names of windows of the line, and why they close."""

from collections.abc import Mapping

NET_NAMES: Mapping[str, Mapping[str, tuple[str, str]]] = {
    "window": {
        "pull": ("省里取备份", "pulls by the province"),
        "paper": ("下载试卷", "papers"),
        "upload": ("上传答案", "upload"),
        "maintenance": ("服务器维护", "server maintenance"),
        "other": ("其他", "other"),
    },
    "window_over": {
        "expired": ("时间到", "its time is over"),
        "sealed": ("已经封场", "the venue is sealed"),
        "restarted": ("监控盒重新启动", "the box started anew"),
        "person": ("有人关闭", "somebody closed it"),
        "phase": ("考试阶段开始", "an exam phase begins"),
    },
    "net_kind": {
        "spoofed-mac": ("用了别人的地址", "an address listed for another machine"),
        "spoofed-ip": ("网络地址和登记不同", "another address than listed"),
        "other-seat": ("连其他考试机", "another seat"),
        "dns": ("查外网域名", "names outside"),
        "dns-over-tls": ("加密查域名", "names outside, encrypted"),
        "http": ("连网站", "a web site"),
        "https": ("连加密网站", "a web site, encrypted"),
        "icmp": ("试探外网通不通", "ping"),
        "tunnel": ("隧道或 VPN", "a tunnel or VPN"),
        "fragment": ("分片数据", "fragments"),
        "ipv6": ("IPv6", "IPv6"),
        "router-advertisement": ("发布 IPv6 路由", "router advertisement"),
        "dhcp-server": ("发网络地址", "handing out addresses"),
        "dhcp-client": ("要网络地址", "asking for an address"),
        "arp-spoof": ("冒用网络地址", "claiming another's address"),
        "vlan": ("带 VLAN 标记", "VLAN tags"),
        "ethertype": ("其他链路协议", "other link protocols"),
        "name-lookup": ("查找同网机器名", "looking for neighbours' names"),
        "discovery": ("查找同网设备", "looking for devices"),
        "ntp": ("对时", "time"),
        "service": ("连文件共享、远程桌面等", "file shares, remote desktops and the like"),
        "other-tcp": ("其他 TCP 连接", "other TCP"),
        "other-udp": ("其他 UDP 连接", "other UDP"),
        "other": ("其他", "other"),
        "multicast": ("组播", "multicast"),
        "scan": ("接连试多种外网连接", "many ways out in a row"),
    },
    "net_class": {
        "noise": ("机器自身的杂音", "noise of an idle machine"),
        "background": ("后台更新之类", "background, as updates"),
        "attempt": ("请看一眼", "have a look"),
    },
    "net_part": {
        "presence": ("谁在考试网里", "who is in the exam network"),
        "ledger": ("拦下了什么", "what was blocked"),
    },
    # What an item of a machine is called where "a program goes online" says too little.
    "outward_title": {
        "spoofed-mac": ("用了别的机器的网络地址，已拦下", "An address of another machine, blocked"),
        "spoofed-ip": ("网络地址和登记的不一样，已拦下", "Another address than listed, blocked"),
        "arp-spoof": ("冒用别的机器的网络地址，已拦下", "Another machine's address claimed, blocked"),
        "other-seat": ("有程序连其他考试机，已拦下", "A program tried to reach another seat, blocked"),
        "dhcp-server": ("在发网络地址，已拦下", "Handing out addresses, blocked"),
        "router-advertisement": ("在发网络地址，已拦下", "Handing out addresses, blocked"),
    },
}
