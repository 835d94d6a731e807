// Runs one trial for each line on standard input, from rest, and writes its
// spikes. Included by the main file of the compiled simulation, which lends it
// the arrays of the Brian2 network.
#ifndef V1BRIDGE_TRIAL_LOOP_H
#define V1BRIDGE_TRIAL_LOOP_H

#include "array_files.h"

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <string>
#include <utility>
#include <vector>
#if defined(__SSE2__)
#include <immintrin.h>
#endif

namespace v1bridge {

// Replaces a plain array, whatever its size was.
template <class T> void replace_array(T *&array, const std::string &path)
{
    const std::vector<T> values = read_array<T>(path);
    delete[] array;
    array = new T[values.size()];
    std::copy(values.begin(), values.end(), array);
}

// Numbers too small to be normal cost a hundred cycles each; they mean zero here.
inline void flush_tiny_numbers_to_zero()
{
#if defined(__SSE2__)
    _mm_setcsr(_mm_getcsr() | 0x8040);
#elif defined(__aarch64__)
    uint64_t control;
    asm volatile("mrs %0, fpcr" : "=r"(control));
    asm volatile("msr fpcr, %0" : : "r"(control | (1ULL << 24)));
#endif
}

inline uint64_t mix64(uint64_t z)
{
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ULL;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBULL;
    return z ^ (z >> 31);
}

template <class Network, class Clock, class Queue> class TrialLoop {
public:
    TrialLoop(Network &network, Clock &clock, int n_cells)
        : network(network), clock(clock), n_cells(n_cells)
    {
    }

    double *key = nullptr;
    double *drive = nullptr;
    const double *v_per_pa = nullptr;
    int32_t *source_position = nullptr;
    std::vector<int32_t> *source_id = nullptr;
    std::vector<int32_t> *source_step = nullptr;
    std::vector<int32_t> *spike_id = nullptr;
    std::vector<double> *spike_time = nullptr;

    void add_state(double *values)
    {
        states.emplace_back(values, std::vector<double>(values, values + n_cells));
    }

    void add_queues(std::vector<Queue *> &added)
    {
        queues.insert(queues.end(), added.begin(), added.end());
    }

    void serve()
    {
        uint64_t trial_key;
        int64_t n_steps, sample_steps, report_steps;
        std::string folder;
        while (std::cin >> trial_key >> n_steps >> sample_steps >> report_steps &&
               std::getline(std::cin >> std::ws, folder)) {
            start(trial_key, folder);
            run(n_steps, sample_steps, report_steps, folder);
            std::cout << "done" << std::endl;
        }
    }

private:
    Network &network;
    Clock &clock;
    const int n_cells;
    std::vector<std::pair<double *, std::vector<double>>> states;
    std::vector<Queue *> queues;

    void start(uint64_t trial_key, const std::string &folder)
    {
        for (auto &state : states)
            std::copy(state.second.begin(), state.second.end(), state.first);
        for (Queue *queue : queues)
            for (auto &due : queue->queue)
                due.clear();
        for (int i = 0; i < n_cells; i++) {
            const uint64_t state = trial_key + (i + 1) * 0x9E3779B97F4A7C15ULL;
            key[i] = static_cast<double>(mix64(state) >> 11);
        }
        *source_id = read_array<int32_t>(folder + "/source_id");
        *source_step = read_array<int32_t>(folder + "/source_step");
        *source_position = 0;
        clock.timestep[0] = 0;
        clock.t[0] = 0.0;
    }

    void run(int64_t n_steps, int64_t sample_steps, int64_t report_steps,
             const std::string &folder)
    {
        const std::vector<double> constant = read_array<double>(folder + "/injected");
        const bool varies = exists(folder + "/current");
        std::vector<double> current;
        std::vector<int32_t> group;
        size_t n_groups = 0;
        if (varies) {
            current = read_array<double>(folder + "/current");
            group = read_array<int32_t>(folder + "/current_group");
            n_groups = current.size() * sample_steps / n_steps;
        }
        for (int i = 0; i < n_cells; i++)
            drive[i] = constant[i] * v_per_pa[i];
        std::ofstream out(folder + "/spikes", std::ios::binary);
        for (int64_t step = 0; step < n_steps; step++) {
            if (varies && step % sample_steps == 0) {
                const double *now = current.data() + step / sample_steps * n_groups;
                for (int i = 0; i < n_cells; i++)
                    drive[i] = (constant[i] + now[group[i]]) * v_per_pa[i];
            }
            for (auto &object : network.objects)
                object.second();
            clock.tick();
            if ((step + 1) % report_steps == 0 || step + 1 == n_steps) {
                write_spikes(out);
                std::cout << step + 1 << '\n' << std::flush;
            }
        }
        if (!out.flush()) {
            std::cerr << "cannot write " << folder << "/spikes" << std::endl;
            std::exit(3);
        }
    }

    void write_spikes(std::ofstream &out)
    {
        std::vector<int32_t> rows;
        rows.reserve(2 * spike_id->size());
        for (size_t k = 0; k < spike_id->size(); k++) {
            rows.push_back(static_cast<int32_t>((*spike_time)[k] / clock.dt[0] + 0.5));
            rows.push_back((*spike_id)[k]);
        }
        out.write(reinterpret_cast<const char *>(rows.data()),
                  rows.size() * sizeof(int32_t));
        spike_id->clear();
        spike_time->clear();
    }
};

}  // namespace v1bridge

#endif
