// Runs batches of trials on a GPU, each trial from rest in a copy of the column; the
// copies lie side by side in one Brian2 network. Brian2 propagates the cells; the
// synapses are here, because all copies share them. Included by every file of the
// compiled simulation.
#ifndef V1BRIDGE_CUDA_TRIAL_LOOP_H
#define V1BRIDGE_CUDA_TRIAL_LOOP_H

#include <cstdint>
#include <cstdio>
#include <string>
#include <vector>

#include "brianlib/clocks.h"
#include "network.h"

namespace v1bridge {

// The superposed Poisson streams, which the function input_burst reads.
extern __device__ const double *stream_cumulative;
extern __device__ const double *stream_jump;

constexpr int MAX_SLOTS = 4;
constexpr double NEVER = 1e18;  // step of the next Poisson input where there is none

// Synapses sorted by source, on the GPU.
struct Synapses {
    const int64_t *first_row;  // of each source, and the end
    const int32_t *target;     // cell
    const int32_t *line;       // delay in steps * number of slots + slot
    const int64_t *jump;       // rise in TrialLoop::unit
    int32_t n_sources;
};

// Where arrivals are added, on the GPU.
struct Arrivals {
    double *rise[MAX_SLOTS];
    double *psp[MAX_SLOTS];
};

class TrialLoop {
public:
    // Removes its own arguments: folder of the column, number of cells, longest
    // delay in steps, exponent of the unit of jumps. Keeps standard output to itself.
    TrialLoop(std::vector<std::string> &arguments, int n_slots, int capacity);

    void set_parameter(const std::string &name, double *values) const;
    void add_state(const std::string &name, double *values);

    Arrivals arrivals;
    double *key = nullptr;
    double *drive = nullptr;
    const double *v_per_pa = nullptr;
    const int32_t *spikes = nullptr;  // cells that spike, and at the end their number

    void serve(Network &network, BaseClock &clock);

private:
    struct State {
        double *values;             // on the GPU
        std::vector<double> start;  // of one copy
        double idle;                // in copies that have no trial
    };
    struct Batch {
        int n_copies;
        int64_t n_steps, sample_steps, report_steps;
        std::string folder;
    };

    const int n_slots, capacity;
    std::string column;
    int n_cells, n_lines;
    double unit;
    FILE *answers;
    std::vector<State> states;
    Synapses recurrent, external;
    long long
        *lines;  // on the GPU: sums of jumps [delay][slot][cell], a ring of delays
    int32_t *recorded;  // on the GPU: their number, then (step, cell)

    Synapses read_synapses(const std::string &name) const;
    void start(const Batch &batch, BaseClock &clock);
    void run(const Batch &batch, Network &network, BaseClock &clock);
    void keep_recorded(FILE *out, bool now);
};

}  // namespace v1bridge

#endif
