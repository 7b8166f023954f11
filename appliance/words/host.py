"""The box itself in words: what is wrong with it."""


from collections.abc import Mapping

HOST_NAMES: Mapping[str, Mapping[str, tuple[str, str]]] = {
    "host_fault": {
        "hot": ("监控盒过热", "the box is too hot"),
        "under-voltage": ("监控盒供电电压偏低", "the box's supply voltage is too low"),
        "throttled": ("监控盒因过热或供电不足而降速", "the box slows itself down, for heat or a weak supply"),
        "memory-low": ("监控盒内存不足", "the box is short of memory"),
        "disk-slow": ("监控盒存储写入太慢", "the box's disk takes too long to write"),
        "clock-off": ("监控盒的时间与对时服务器不一致", "the box's clock is not that of the time server"),
        "card-worn": ("监控盒存储接近寿命", "the box's disk is near the end of its life"),
    },
}
