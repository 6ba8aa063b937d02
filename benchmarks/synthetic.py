"""Synthetic reports of the genre from a seed: all names invented, the size of a real one.

python -m benchmarks.synthetic 10 FOLDER    writes FOLDER/0001.txt … 0010.txt
"""

from __future__ import annotations

import random
import sys
from pathlib import Path

_CHARACTERS = "云溪松岚望泉星河青禾碧霞锦鹿鸣枫桥玉带白鹭金粟澄江兰亭丹阳紫荆清晖瑞雪长风"
_NUMERALS = "一二三四五六七八九十"
_VERBS = "健全 完善 深化 优化 构建 探索 推进 加强 建立 创新".split()
_OBJECTS = "协同 创新 监管 服务 培育 统筹 保障 评估 规划 共享 转化 调度 治理 融合".split()
_NOUNS = "机制 体系 改革 制度 模式 平台 清单 标准".split()
_STATUSES = "如期完工 按时完工 投入使用 竣工验收 有序推进 达到通车条件".split()
_INDUSTRIES = "人工智能 医药健康 集成电路 商业航天 量子信息 氢能 新材料 低空经济 科技服务".split()
_WORKS = "道路工程 绿化提升工程 小学新建项目 泵站改造工程 停车场项目 卫生站装修工程".split()


class _Names:
    """Draws invented names; those of one report never repeat."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self._taken: set[str] = set()

    def __call__(self, length: int = 2) -> str:
        for _ in range(1000):
            name = "".join(self.random.choices(_CHARACTERS, k=length))
            if name not in self._taken:
                self._taken.add(name)
                return name
        return self(length + 1)


def report(seed: int, year: int = 2024) -> str:
    """Return the text of the synthetic report number `seed`."""
    names = _Names(seed)
    draw = names.random
    # two characters that count the seed, so that no two reports speak of one district
    size = len(_CHARACTERS)
    district = _CHARACTERS[seed // size % size] + _CHARACTERS[seed % size] + names(1) + "区"
    lines = [
        f"{district}人民政府办公室关于印发《关于{district}{year}年国民经济和社会发展计划执行情况"
        f"与{year + 1}年国民经济和社会发展计划的报告》的通知",
        f"一、{year}年国民经济和社会发展情况",
        f"{year}年以来,全区经济运行平稳:全年地区生产总值同比增长{draw.uniform(1, 9):.1f}%;"
        f"区级一般公共预算收入同比增长{draw.uniform(1, 9):.1f}%;"
        f"居民人均可支配收入增长{draw.uniform(1, 9):.1f}%;"
        f"城镇登记失业率控制在{draw.uniform(2, 5):.1f}%以内。",
        "(一)坚持以发展新质生产力为引领,实现经济高质量发展",
    ]
    lines += [_paragraph(names) for _ in range(6)]
    lines += _industries(names)
    lines += _projects(names)
    lines += _reforms(names)
    lines += _groups(names, district, year)
    lines += _canteens(names)
    return "\n".join(lines) + "\n"


def _paragraph(names: _Names) -> str:
    draw = names.random
    clauses = [
        f"{draw.choice(_VERBS)}{names(3)}{draw.choice(_OBJECTS)}{draw.choice(_NOUNS)}"
        for _ in range(12)
    ]
    return ",".join(clauses) + "。"


def _cells(*cells: str) -> list[str]:
    return [f"{cell} |" for cell in cells]


def _industries(names: _Names) -> list[str]:
    lines = ["专栏1:“1+X+1”现代化产业体系发展成果"]
    last = len(_INDUSTRIES) - 1
    for number, industry in enumerate(_INDUSTRIES):
        bullets = f"Ø 建设{names(3)}平台。 Ø 举办{names(2)}大赛。"
        if number in (0, last):
            lines += _cells("1", industry, bullets)
        else:
            lines += _cells("X" if number == 1 else "", industry, bullets)
    return lines


def _projects(names: _Names) -> list[str]:
    draw = names.random
    lines = _cells("项目类别", "计划安排", "工作进展")
    for category in ("环境治理类", "社会事业类", "交通基础设施类"):
        counts = [draw.randint(2, 60) for _ in range(3)]
        parts = ",".join(f"{names(2)}类项目{count}项" for count in counts)
        works = "。 ".join(
            f"Ø {names(3)}{draw.choice(_WORKS)}、{names(3)}{draw.choice(_WORKS)}"
            f"{draw.choice(_STATUSES)}"
            for _ in range(2)
        )
        lines += _cells(
            f"{category}({sum(counts)}项)",
            f"区级总投资{draw.uniform(10, 400):.2f}亿元,包含{parts}。",
            f"{works}。",
        )
    return lines


def _reforms(names: _Names) -> list[str]:
    draw = names.random
    lines = _cells("主要内容", "重点举措")
    for _ in range(14):
        measures = ",".join(
            f"{draw.choice(_VERBS)}{names(2)}{draw.choice(_OBJECTS)}{draw.choice(_NOUNS)}"
            for _ in range(draw.randint(3, 15))
        )
        theme = f"{draw.choice(_VERBS)}{names(3)}体制机制"
        lines += _cells(theme, f"{measures}。")
    return lines


def _groups(names: _Names, district: str, year: int) -> list[str]:
    schools = [f"{district}{names(2)}{kind}" for kind in ("中学", "小学") * 21]
    lines = _cells("序号", "时间", "集团名称", "成员校")
    lines += _cells("1-42", f"{year - 5}年—{year - 1}年", "、".join(schools), "")
    members = "、".join(f"{district}{names(2)}小学" for _ in range(3))
    lines += _cells("43", f"{year}年", f"{district}{names(2)}学校教育集团", members)
    return lines


def _canteens(names: _Names) -> list[str]:
    draw = names.random
    streets = [names(2) + kind for kind in ("街道",) * 16 + ("镇",) * 5]
    lines = _cells("所属街道", "点位名称", "详细地址")
    for number in range(30):
        address = (
            f"{names(2)}路{draw.randint(1, 200)}号院{draw.randint(1, 30)}号楼"
            f"{_NUMERALS[draw.randint(0, 5)]}层"
        )
        lines += _cells(streets[number % len(streets)], f"{names(3)}餐厅", address)
    return lines


def write_reports(count: int, folder: Path) -> list[Path]:
    """Write `count` reports into `folder`; return their paths."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for seed in range(1, count + 1):
        path = folder / f"{seed:04d}.txt"
        path.write_text(report(seed), "utf-8")
        paths.append(path)
    return paths


if __name__ == "__main__":
    write_reports(int(sys.argv[1]), Path(sys.argv[2]))
