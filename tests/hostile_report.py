"""A report that tries to act in a page."""

EVIL = "</script><script>window.pwned=1</script><img src=x onerror=window.pwned=1>\"'&lt;$x${lang}"


def hostile(text):
    """Put what must not act into the title, a heading, a sentence, a header and cells."""
    return (
        text.replace("关于芸溪区", f"关于芸溪区{EVIL}", 1)
        .replace("一、2025年", f"一、{EVIL}2025年", 1)
        .replace("一年来", f"{EVIL}一年来\x01\x1b[31m\u202e反\u2066", 1)
        .replace("望津街道养老服务中心食堂", f"{EVIL}食堂", 1)
        .replace("智能装备", f"{EVIL}装备", 2)
    )
