"""Pictures, each usable alone: plain arrays and graphs in, Matplotlib axes out.

Nothing here touches pyplot or any other global state of Matplotlib, and Matplotlib itself is
imported by the first picture and not before.
"""

from hybridq.plots.bits import plot_bits, plot_stacks
from hybridq.plots.curves import plot_convergence
from hybridq.plots.cut import plot_cut
from hybridq.plots.distribution import plot_cut_distribution
from hybridq.plots.energies import plot_energy_error, plot_growth
from hybridq.plots.landscape import plot_landscape
from hybridq.plots.levels import plot_levels
from hybridq.plots.output import check_plot_path, png, save, svg

__all__ = [
    "check_plot_path",
    "plot_bits",
    "plot_convergence",
    "plot_cut",
    "plot_cut_distribution",
    "plot_energy_error",
    "plot_growth",
    "plot_landscape",
    "plot_levels",
    "plot_stacks",
    "png",
    "save",
    "svg",
]
