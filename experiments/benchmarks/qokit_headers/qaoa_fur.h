/* Declarations for QOKit's C simulator, whose package holds the sources without headers. */
#pragma once
#include <stddef.h>
void apply_qaoa_furx(double *sv_real, double *sv_imag, double *const gammas, double *const betas,
                     double *const hc_diag, unsigned int n_qubits, size_t n_states,
                     size_t n_layers);
