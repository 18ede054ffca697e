"""Pictures of results, each usable alone: plain arrays and graphs in, matplotlib axes out.

Nothing here touches pyplot or any other global state of matplotlib, and matplotlib itself is
imported by the first picture and not before.
"""

from hybridq.plots.curves import plot_convergence
from hybridq.plots.cut import plot_cut
from hybridq.plots.distribution import plot_cut_distribution
from hybridq.plots.energies import plot_energy_error, plot_growth
from hybridq.plots.landscape import plot_landscape
from hybridq.plots.output import check_plot_path, png, save

__all__ = [
    "check_plot_path",
    "plot_convergence",
    "plot_cut",
    "plot_cut_distribution",
    "plot_energy_error",
    "plot_growth",
    "plot_landscape",
    "png",
    "save",
]
