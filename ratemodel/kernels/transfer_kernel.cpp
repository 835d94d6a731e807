// The transfer function F and its slopes for all cells and trials at once, in float.
//
// The law is that of TorchTransfer in transfer.py, which says where it comes from.
// Torch walks through memory once per operation, here a number stays in a register
// from the input to the rate. Every loop over LANES becomes vector instructions.

#include <cstdint>
#include <cstring>

namespace {

constexpr int LANES = 16;
constexpr float LOG2_E = 1.44269504f;
constexpr float LN_2_HIGH = 0.693359375f, LN_2_LOW = -2.12194440e-4f;
constexpr float ROUNDER = 12582912.0f;  // 1.5 * 2^23: adding it rounds to an integer
constexpr float LEAST_EXPONENT = -100.0f, LARGEST_EXPONENT = 100.0f;

// The constants of TorchTransfer, then the limits of transfer.py.
struct Law {
    const float *scale, *power, *threshold, *width;
    const float *per_sigma, *threshold_slope, *threshold_curvature, *width_slope;
    const float *dead_time;
    float free_limit, argument_floor, variance_floor, width_floor;
};

inline float from_bits(int32_t bits)
{
    float value;
    std::memcpy(&value, &bits, sizeof value);
    return value;
}

inline int32_t to_bits(float value)
{
    int32_t bits;
    std::memcpy(&bits, &value, sizeof bits);
    return bits;
}

// Polynomials: minimax in the relative error, below 4e-9 before rounding.

// 2^n for a float that is an integer.
inline float power_of_two(float n)
{
    return from_bits((static_cast<int32_t>(n) + 127) << 23);
}

// e^x for -87 < x <= 0.
inline float exp_of(float x)
{
    const float n = (x * LOG2_E + ROUNDER) - ROUNDER;
    const float r = (x - n * LN_2_HIGH) - n * LN_2_LOW;
    float p = 1.38436444e-3f;
    p = p * r + 8.37415736e-3f;
    p = p * r + 4.16680016e-2f;
    p = p * r + 1.66664317e-1f;
    p = p * r + 4.9999994e-1f;
    p = p * r + 1.0f;
    p = p * r + 1.0f;
    return p * power_of_two(n);
}

// 2^x for |x| <= 100.
inline float exp2_of(float x)
{
    const float n = (x + ROUNDER) - ROUNDER;
    const float r = x - n;
    float p = 1.53533534e-4f;
    p = p * r + 1.3398875e-3f;
    p = p * r + 9.61843785e-3f;
    p = p * r + 5.55033233e-2f;
    p = p * r + 2.40226477e-1f;
    p = p * r + 6.93147182e-1f;
    p = p * r + 1.0f;
    return p * power_of_two(n);
}

// log2(x) for a normal x > 0, from the odd series of (m - 1) / (m + 1).
inline float log2_of(float x)
{
    const int32_t exponent = (to_bits(x) - 0x3f3504f3) >> 23;  // m from sqrt(1/2)
    const float m = from_bits(to_bits(x) - (exponent << 23));
    const float t = (m - 1.0f) / (m + 1.0f), s = t * t;
    float p = 4.31778967e-1f;
    p = p * s + 5.76712787e-1f;
    p = p * s + 9.61798847e-1f;
    p = p * s + 2.88539004f;
    return p * t + static_cast<float>(exponent);
}

// log(1 + u) for 0 <= u <= 1: the same series of u / (2 + u).
inline float log1p_of(float u)
{
    const float t = u / (2.0f + u), s = t * t;
    float p = 1.40891641e-1f;
    p = p * s + 1.39803022e-1f;
    p = p * s + 2.00124547e-1f;
    p = p * s + 3.33331585e-1f;
    p = p * s + 1.0f;
    return 2.0f * t * p;
}

inline float least(float x, float bound)
{
    return x < bound ? bound : x;
}
inline float most(float x, float bound)
{
    return x > bound ? bound : x;
}

template <bool HAS_VARIANCE>
void block(const Law &law, int64_t cell, const float *__restrict mean,
           const float *__restrict variance, float *__restrict rate,
           float *__restrict by_mean, float *__restrict by_variance)
{
    const float scale = law.scale[cell], power = law.power[cell];
    const float threshold = law.threshold[cell], width = law.width[cell];
    const float per_width = power / width, dead_time = law.dead_time[cell];
    float per_sigma = 0, threshold_slope = 0, curvature = 0, width_slope = 0;
    if (HAS_VARIANCE) {
        per_sigma = law.per_sigma[cell];
        threshold_slope = law.threshold_slope[cell];
        curvature = law.threshold_curvature[cell];
        width_slope = law.width_slope[cell];
    }
    for (int i = 0; i < LANES; ++i) {
        float sigma = 0, shift = 0, stretch = 1, own_threshold = threshold;
        if (HAS_VARIANCE) {
            sigma = __builtin_sqrtf(least(variance[i], law.variance_floor));
            shift = sigma * per_sigma - 1.0f;
            own_threshold += (threshold_slope + curvature * shift) * shift;
            stretch = least(width_slope * shift + 1.0f, law.width_floor);
        }
        const float argument =
            least((mean[i] - own_threshold) / (width * stretch), law.argument_floor);
        const float size = argument < 0.0f ? -argument : argument;
        const float u = exp_of(-most(size, -law.argument_floor));
        const float unit = least(argument, 0.0f) + log1p_of(u);         // softplus
        const float share = (argument < 0.0f ? u : 1.0f) / (1.0f + u);  // its slope
        const float drive = stretch * unit;
        const float exponent = power * log2_of(drive);
        const float free =
            scale * exp2_of(most(least(exponent, LEAST_EXPONENT), LARGEST_EXPONENT));
        const float held = most(free, law.free_limit);
        const float awake = 1.0f / (1.0f + dead_time * held);
        const float found = held * awake;
        const float per_drive =
            held < law.free_limit ? found * awake / drive * per_width : 0.0f;
        const bool is_number = drive == drive;
        rate[i] = is_number ? found : drive;
        by_mean[i] = is_number ? per_drive * share : drive;
        if (HAS_VARIANCE) {
            const float stretched =
                stretch > law.width_floor ? width_slope * width : 0.0f;
            const float by_shift = (unit - share * argument) * stretched -
                                   share * (threshold_slope + 2.0f * curvature * shift);
            const float shift_by_variance =
                variance[i] > law.variance_floor ? 0.5f * per_sigma / sigma : 0.0f;
            by_variance[i] =
                is_number ? per_drive * by_shift * shift_by_variance : drive;
        }
    }
}

template <bool HAS_VARIANCE>
void linearise(const Law &law, int64_t n_cells, int64_t batch, const float *mean,
               const float *variance, float *rate, float *by_mean, float *by_variance,
               int n_threads)
{
#pragma omp parallel for num_threads(n_threads) schedule(static)
    for (int64_t cell = 0; cell < n_cells; ++cell) {
        int64_t b = cell * batch;
        const int64_t stop = b + batch;
        for (; b + LANES <= stop; b += LANES)
            block<HAS_VARIANCE>(law, cell, mean + b, variance + b, rate + b,
                                by_mean + b, by_variance + b);
        if (b == stop)
            continue;
        const std::size_t left = (stop - b) * sizeof(float);
        float in[2][LANES] = {}, out[3][LANES];
        std::memcpy(in[0], mean + b, left);
        if (HAS_VARIANCE)
            std::memcpy(in[1], variance + b, left);
        block<HAS_VARIANCE>(law, cell, in[0], in[1], out[0], out[1], out[2]);
        std::memcpy(rate + b, out[0], left);
        std::memcpy(by_mean + b, out[1], left);
        if (HAS_VARIANCE)
            std::memcpy(by_variance + b, out[2], left);
    }
}

}  // namespace

extern "C" void linearise_float(const float *const *constants, const float *limits,
                                int64_t n_cells, int64_t batch, const float *mean,
                                const float *variance, float *rate, float *by_mean,
                                float *by_variance, int n_threads)
{
    const Law law = {constants[0], constants[1], constants[2], constants[3],
                     constants[4], constants[5], constants[6], constants[7],
                     constants[8], limits[0],    limits[1],    limits[2],
                     limits[3]};
    if (variance == nullptr)
        linearise<false>(law, n_cells, batch, mean, mean, rate, by_mean, by_mean,
                         n_threads);
    else
        linearise<true>(law, n_cells, batch, mean, variance, rate, by_mean, by_variance,
                        n_threads);
}
