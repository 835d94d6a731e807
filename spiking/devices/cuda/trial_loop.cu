#include "trial_loop.h"

#include "array_files.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <sstream>
#include <unistd.h>

namespace v1bridge {

__device__ const double *stream_cumulative;
__device__ const double *stream_jump;

namespace {

constexpr int THREADS = 128;
constexpr int MAX_BLOCKS = 2048;
constexpr int STEPS_PER_CHECK = 8;  // of the room left for recorded spikes

void check(cudaError_t status, const char *what)
{
    if (status == cudaSuccess)
        return;
    std::cerr << what << ": " << cudaGetErrorString(status) << std::endl;
    std::exit(4);
}

int blocks_for(int64_t n)
{
    const int64_t blocks = (n + THREADS - 1) / THREADS;
    return static_cast<int>(
        std::max<int64_t>(1, std::min<int64_t>(blocks, MAX_BLOCKS)));
}

template <class T> T *device_array(size_t n)
{
    T *values = nullptr;
    check(cudaMalloc(reinterpret_cast<void **>(&values),
                     std::max<size_t>(n, 1) * sizeof(T)),
          "GPU memory");
    return values;
}

template <class T> void copy_in(T *target, const T *source, size_t n)
{
    if (n > 0)
        check(cudaMemcpy(target, source, n * sizeof(T), cudaMemcpyHostToDevice),
              "copying to the GPU");
}

template <class T> T *on_device(const std::vector<T> &values)
{
    T *copy = device_array<T>(values.size());
    copy_in(copy, values.data(), values.size());
    return copy;
}

// Adds to the cells what arrives in this step, and empties its line.
__global__ void arrive(long long *line, Arrivals arrivals, int n_slots, int capacity,
                       double unit)
{
    const int n = n_slots * capacity;
    for (int i = blockIdx.x * blockDim.x + threadIdx.x; i < n;
         i += gridDim.x * blockDim.x) {
        const long long sum = line[i];
        if (sum == 0)
            continue;
        line[i] = 0;
        const int slot = i / capacity, cell = i - slot * capacity;
        const double jump = unit * static_cast<double>(sum);
        arrivals.rise[slot][cell] += jump;
        arrivals.psp[slot][cell] += jump;
    }
}

// Puts spikes on the lines of the steps they arrive in, one block for each spike,
// and records them if asked to. The sum of whole numbers is the same in whatever
// order the blocks come to add to it.
__global__ void deliver(const int32_t *spikes, int n_spikes, const int32_t *n_found,
                        Synapses synapses, long long *lines, int now, int n_lines,
                        int capacity, int n_cells, int n_copies, int step,
                        int32_t *recorded)
{
    const int n = n_found ? *n_found : n_spikes;
    for (int k = blockIdx.x; k < n; k += gridDim.x) {
        const int spike = spikes[k];
        const int copy = spike / synapses.n_sources;
        if (copy >= n_copies)
            continue;
        const int source = spike - copy * synapses.n_sources;
        const int first_cell = copy * n_cells;
        const int64_t end = synapses.first_row[source + 1];
        for (int64_t row = synapses.first_row[source] + threadIdx.x; row < end;
             row += blockDim.x) {
            int line = now + synapses.line[row];
            if (line >= n_lines)
                line -= n_lines;
            long long *sum = lines + static_cast<size_t>(line) * capacity + first_cell +
                             synapses.target[row];
            atomicAdd(reinterpret_cast<unsigned long long *>(sum),
                      static_cast<unsigned long long>(synapses.jump[row]));
        }
        if (recorded && threadIdx.x == 0) {
            const int64_t place = 1 + 2 * static_cast<int64_t>(atomicAdd(recorded, 1));
            recorded[place] = step;
            recorded[place + 1] = spike;
        }
    }
}

__global__ void set_drive(double *drive, const double *v_per_pa, const double *constant,
                          const double *current, const int32_t *group, int n_groups,
                          int n_cells, int n)
{
    for (int i = blockIdx.x * blockDim.x + threadIdx.x; i < n;
         i += gridDim.x * blockDim.x) {
        double pa = constant[i];
        if (current)
            pa += current[(i / n_cells) * n_groups + group[i]];
        drive[i] = pa * v_per_pa[i];
    }
}

}  // namespace

TrialLoop::TrialLoop(std::vector<std::string> &arguments, int n_slots, int capacity)
    : n_slots(n_slots), capacity(capacity)
{
    if (arguments.size() < 4) {
        std::cerr << "arguments: folder, cells, longest delay, exponent" << std::endl;
        std::exit(3);
    }
    column = arguments[0];
    n_cells = std::stoi(arguments[1]);
    n_lines = (std::stoi(arguments[2]) + 1) * n_slots;
    unit = std::ldexp(1.0, -std::stoi(arguments[3]));
    arguments.erase(arguments.begin(), arguments.begin() + 4);
    answers = fdopen(dup(STDOUT_FILENO), "w");
    if (!answers || !freopen("/dev/null", "w", stdout)) {
        std::cerr << "cannot redirect the standard output" << std::endl;
        std::exit(3);
    }
}

void TrialLoop::set_parameter(const std::string &name, double *values) const
{
    const std::vector<double> one = read_array<double>(column + "/cells_" + name);
    std::vector<double> all(capacity);
    for (int i = 0; i < capacity; i++)
        all[i] = one[i % n_cells];
    copy_in(values, all.data(), all.size());
}

void TrialLoop::add_state(const std::string &name, double *values)
{
    const std::string path = column + "/cells_" + name;
    State state{values, std::vector<double>(n_cells, 0.0), 0.0};
    if (exists(path))
        state.start = read_array<double>(path);
    if (name.rfind("due_", 0) == 0)
        state.idle = NEVER;
    states.push_back(state);
}

Synapses TrialLoop::read_synapses(const std::string &name) const
{
    const std::string path = column + "/" + name + "_";
    const std::vector<int64_t> first_row = read_array<int64_t>(path + "first_row");
    Synapses synapses;
    synapses.first_row = on_device(first_row);
    synapses.target = on_device(read_array<int32_t>(path + "target"));
    synapses.line = on_device(read_array<int32_t>(path + "line"));
    synapses.jump = on_device(read_array<int64_t>(path + "jump"));
    synapses.n_sources = static_cast<int32_t>(first_row.size()) - 1;
    return synapses;
}

void TrialLoop::serve(Network &network, BaseClock &clock)
{
    recurrent = read_synapses("recurrent");
    external = read_synapses("external");
    lines = device_array<long long>(static_cast<size_t>(n_lines) * capacity);
    const size_t n_rows = static_cast<size_t>(2 * STEPS_PER_CHECK) * capacity;
    recorded = device_array<int32_t>(1 + 2 * n_rows);
    const double *cumulative =
        on_device(read_array<double>(column + "/stream_cumulative"));
    const double *jump = on_device(read_array<double>(column + "/stream_jump"));
    check(cudaMemcpyToSymbol(stream_cumulative, &cumulative, sizeof cumulative),
          "streams");
    check(cudaMemcpyToSymbol(stream_jump, &jump, sizeof jump), "streams");

    Batch batch;
    while (std::cin >> batch.n_copies >> batch.n_steps >> batch.sample_steps >>
               batch.report_steps &&
           std::getline(std::cin >> std::ws, batch.folder)) {
        if (static_cast<int64_t>(batch.n_copies) * n_cells > capacity) {
            std::cerr << "more trials than fit" << std::endl;
            std::exit(3);
        }
        start(batch, clock);
        run(batch, network, clock);
        fprintf(answers, "done\n");
        fflush(answers);
    }
}

void TrialLoop::start(const Batch &batch, BaseClock &clock)
{
    const int n = batch.n_copies * n_cells;
    std::vector<double> all(capacity);
    for (const State &state : states) {
        for (int i = 0; i < capacity; i++)
            all[i] = i < n ? state.start[i % n_cells] : state.idle;
        copy_in(state.values, all.data(), all.size());
    }
    const std::vector<double> keys = read_array<double>(batch.folder + "/key");
    copy_in(key, keys.data(), keys.size());
    check(cudaMemset(drive, 0, capacity * sizeof(double)), "drive");
    check(cudaMemset(lines, 0,
                     static_cast<size_t>(n_lines) * capacity * sizeof(long long)),
          "delay lines");
    check(cudaMemset(recorded, 0, sizeof(int32_t)), "recorded spikes");
    clock.timestep[0] = 0;
    clock.t[0] = 0.0;
}

void TrialLoop::run(const Batch &batch, Network &network, BaseClock &clock)
{
    const int n = batch.n_copies * n_cells;
    const std::string &folder = batch.folder;
    double *constant = on_device(read_array<double>(folder + "/injected"));
    const bool varies = exists(folder + "/current");
    double *current = nullptr;
    int32_t *group = nullptr;
    int n_groups = 0;
    if (varies) {
        const std::vector<double> values = read_array<double>(folder + "/current");
        const int64_t n_samples = batch.n_steps / batch.sample_steps;
        n_groups = static_cast<int>(values.size() / (n_samples * batch.n_copies));
        current = on_device(values);
        group = on_device(read_array<int32_t>(folder + "/current_group"));
    }
    const std::vector<int64_t> first = read_array<int64_t>(folder + "/source_first");
    const std::vector<int32_t> sources = read_array<int32_t>(folder + "/source");
    int64_t most = 0;
    for (int64_t step = 0; step < batch.n_steps; step += batch.report_steps)
        most =
            std::max(most, first[std::min(step + batch.report_steps, batch.n_steps)] -
                               first[step]);
    int32_t *source = device_array<int32_t>(most);
    int64_t first_there = 0;
    FILE *out = fopen((folder + "/spikes").c_str(), "wb");
    if (!out) {
        std::cerr << "cannot write " << folder << "/spikes" << std::endl;
        std::exit(3);
    }

    for (int64_t step = 0; step < batch.n_steps; step++) {
        if (step % batch.report_steps == 0) {
            first_there = first[step];
            const int64_t end = std::min(step + batch.report_steps, batch.n_steps);
            copy_in(source, sources.data() + first_there, first[end] - first_there);
        }
        if (step == 0 || (varies && step % batch.sample_steps == 0)) {
            const int64_t sample = step / batch.sample_steps;
            set_drive<<<blocks_for(n), THREADS>>>(
                drive, v_per_pa, constant,
                varies ? current + sample * batch.n_copies * n_groups : nullptr, group,
                n_groups, n_cells, n);
        }
        for (auto &object : network.objects)
            object.second();
        const int now = static_cast<int>(step % (n_lines / n_slots)) * n_slots;
        arrive<<<blocks_for(static_cast<int64_t>(n_slots) * capacity), THREADS>>>(
            lines + static_cast<size_t>(now) * capacity, arrivals, n_slots, capacity,
            unit);
        const int n_sources = static_cast<int>(first[step + 1] - first[step]);
        if (n_sources > 0)
            deliver<<<std::min(n_sources, MAX_BLOCKS), THREADS>>>(
                source + (first[step] - first_there), n_sources, nullptr, external,
                lines, now, n_lines, capacity, n_cells, batch.n_copies, 0, nullptr);
        deliver<<<std::min(capacity, MAX_BLOCKS / 8), THREADS>>>(
            spikes, 0, spikes + capacity, recurrent, lines, now, n_lines, capacity,
            n_cells, batch.n_copies, static_cast<int>(step), recorded);
        check(cudaGetLastError(), "launching a kernel");
        clock.tick();

        const bool reports =
            (step + 1) % batch.report_steps == 0 || step + 1 == batch.n_steps;
        if (reports || (step + 1) % STEPS_PER_CHECK == 0)
            keep_recorded(out, reports);
        if (reports) {
            fprintf(answers, "%lld\n", static_cast<long long>(step + 1));
            fflush(answers);
        }
    }
    if (fclose(out) != 0) {
        std::cerr << "cannot write " << folder << "/spikes" << std::endl;
        std::exit(3);
    }
    for (void *array : {static_cast<void *>(constant), static_cast<void *>(current),
                        static_cast<void *>(group), static_cast<void *>(source)})
        check(cudaFree(array), "GPU memory");
}

// Writes the recorded spikes, at the latest when the steps to the next check might
// need more room than there is.
void TrialLoop::keep_recorded(FILE *out, bool now)
{
    int32_t n = 0;
    check(cudaMemcpy(&n, recorded, sizeof n, cudaMemcpyDeviceToHost), "running a step");
    if (n == 0 || (!now && n <= STEPS_PER_CHECK * capacity))
        return;
    std::vector<int32_t> rows(2 * static_cast<size_t>(n));
    check(cudaMemcpy(rows.data(), recorded + 1, rows.size() * sizeof(int32_t),
                     cudaMemcpyDeviceToHost),
          "copying from the GPU");
    check(cudaMemset(recorded, 0, sizeof(int32_t)), "recorded spikes");
    if (fwrite(rows.data(), sizeof(int32_t), rows.size(), out) != rows.size()) {
        std::cerr << "cannot write the spikes" << std::endl;
        std::exit(3);
    }
}

}  // namespace v1bridge
