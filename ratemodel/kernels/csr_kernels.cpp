// Products of a compressed-row matrix with [row, batch] factors on a CPU.
//
// The library routines that torch calls take about twice as long: they keep the
// sums of a row in memory, these keep them in vector registers. Rows differ in length,
// so threads take them in small shares; whoever takes a row, its sums are the same.

#include <cstdint>
#include <cstring>

#ifdef __clang__
#define SHUFFLE(a, b, ...) __builtin_shufflevector(a, b, __VA_ARGS__)
#else
typedef int32_t Places __attribute__((vector_size(16)));
#define SHUFFLE(a, b, ...) __builtin_shuffle(a, b, Places{__VA_ARGS__})
#endif

namespace {

constexpr int BYTES = 64;

template <typename T> struct Vector {
    typedef T type __attribute__((vector_size(BYTES)));
    static constexpr int lanes = BYTES / sizeof(T);

    static type load(const T *from)
    {
        type value;
        std::memcpy(&value, from, BYTES);
        return value;
    }
};

// Adds values * window to WIDTH vectors of one row.
template <typename T, int WIDTH>
void row_tile(int32_t first, int32_t last, const int32_t *column, const T *value,
              const T *window, int64_t batch, const T *added, T *out)
{
    using V = Vector<T>;
    typename V::type even[WIDTH], odd[WIDTH] = {};
    for (int w = 0; w < WIDTH; ++w)
        even[w] = V::load(added + w * V::lanes);
    int32_t k = first;
    for (; k + 1 < last; k += 2) {
        const T *a = window + column[k] * batch;
        const T *b = window + column[k + 1] * batch;
        for (int w = 0; w < WIDTH; ++w) {
            even[w] += value[k] * V::load(a + w * V::lanes);
            odd[w] += value[k + 1] * V::load(b + w * V::lanes);
        }
    }
    if (k < last) {
        const T *a = window + column[k] * batch;
        for (int w = 0; w < WIDTH; ++w)
            even[w] += value[k] * V::load(a + w * V::lanes);
    }
    for (int w = 0; w < WIDTH; ++w) {
        even[w] += odd[w];
        std::memcpy(out + w * V::lanes, &even[w], BYTES);
    }
}

template <typename T>
void multiply(int64_t n_rows, const int32_t *indptr, const int32_t *column,
              const T *value, int64_t batch, const T *window, const T *added, T *out,
              int n_threads)
{
    constexpr int64_t lanes = Vector<T>::lanes;
#pragma omp parallel for num_threads(n_threads) schedule(dynamic, 64)
    for (int64_t row = 0; row < n_rows; ++row) {
        const int32_t first = indptr[row], last = indptr[row + 1];
        const T *from = added + row * batch;
        T *to = out + row * batch;
        int64_t b = 0;
        for (; b + 4 * lanes <= batch; b += 4 * lanes)
            row_tile<T, 4>(first, last, column, value, window + b, batch, from + b,
                           to + b);
        for (; b + 2 * lanes <= batch; b += 2 * lanes)
            row_tile<T, 2>(first, last, column, value, window + b, batch, from + b,
                           to + b);
        for (; b + lanes <= batch; b += lanes)
            row_tile<T, 1>(first, last, column, value, window + b, batch, from + b,
                           to + b);
        for (; b < batch; ++b) {
            T sum = from[b];
            for (int32_t k = first; k < last; ++k)
                sum += value[k] * window[column[k] * batch + b];
            to[b] = sum;
        }
    }
}

// Folds a vector to a quarter of its length.
template <typename T> struct Quarter {
    typedef T half __attribute__((vector_size(BYTES / 2)));
    typedef T type __attribute__((vector_size(BYTES / 4)));
    static constexpr int lanes = Vector<T>::lanes / 4;

    static type fold(const typename Vector<T>::type &value)
    {
        half h[2];
        std::memcpy(h, &value, BYTES);
        h[0] += h[1];
        type q[2];
        std::memcpy(q, h, BYTES / 2);
        return q[0] + q[1];
    }
};

// Adds the lanes of four quarters to four numbers, together: a quarter of the work
// of adding them up one by one.
void add_lanes(const Quarter<float>::type *q, float *out)
{
    typedef Quarter<float>::type V;
    const V low = SHUFFLE(q[0], q[1], 0, 4, 1, 5) + SHUFFLE(q[0], q[1], 2, 6, 3, 7);
    const V high = SHUFFLE(q[2], q[3], 0, 4, 1, 5) + SHUFFLE(q[2], q[3], 2, 6, 3, 7);
    V sum;
    std::memcpy(&sum, out, sizeof sum);
    sum += SHUFFLE(low, high, 0, 1, 4, 5) + SHUFFLE(low, high, 2, 3, 6, 7);
    std::memcpy(out, &sum, sizeof sum);
}

void add_lanes(const Quarter<double>::type *q, double *out)
{
    for (int i = 0; i < 4; ++i)
        out[i] += q[i][0] + q[i][1];
}

// Adds values * window to WIDTH vectors of one row in place, and own * window to the
// gradient of its values: what is loaded serves both.
template <typename T, int WIDTH>
void fused_tile(int32_t first, int32_t last, const int32_t *column, const T *value,
                const T *window, int64_t batch, const T *own, T *out, T *gradient)
{
    using V = Vector<T>;
    typename V::type sum[WIDTH], factor[WIDTH];
    for (int w = 0; w < WIDTH; ++w) {
        sum[w] = V::load(out + w * V::lanes);
        factor[w] = V::load(own + w * V::lanes);
    }
    const auto product = [&](int32_t k) {
        const T *from = window + column[k] * batch;
        typename V::type dot = {};
        for (int w = 0; w < WIDTH; ++w) {
            const typename V::type loaded = V::load(from + w * V::lanes);
            sum[w] += value[k] * loaded;
            dot += factor[w] * loaded;
        }
        return Quarter<T>::fold(dot);
    };
    int32_t k = first;
    for (; k + 4 <= last; k += 4) {
        const typename Quarter<T>::type four[] = {product(k), product(k + 1),
                                                  product(k + 2), product(k + 3)};
        add_lanes(four, gradient + k);
    }
    for (; k < last; ++k) {
        const typename Quarter<T>::type one = product(k);
        for (int i = 0; i < Quarter<T>::lanes; ++i)
            gradient[k] += one[i];
    }
    for (int w = 0; w < WIDTH; ++w)
        std::memcpy(out + w * V::lanes, &sum[w], BYTES);
}

template <typename T>
void fused(int64_t n_rows, const int32_t *indptr, const int32_t *column, const T *value,
           int64_t batch, const T *window, const T *own, T *out, T *gradient,
           int n_threads)
{
    constexpr int64_t lanes = Vector<T>::lanes;
#pragma omp parallel for num_threads(n_threads) schedule(dynamic, 64)
    for (int64_t row = 0; row < n_rows; ++row) {
        const int32_t first = indptr[row], last = indptr[row + 1];
        int64_t b = 0;
        while (b + lanes <= batch) {
            const int64_t left = batch - b, at = row * batch + b;
            const auto tile = left >= 4 * lanes   ? fused_tile<T, 4>
                              : left >= 2 * lanes ? fused_tile<T, 2>
                                                  : fused_tile<T, 1>;
            tile(first, last, column, value, window + b, batch, own + at, out + at,
                 gradient);
            b += (left >= 4 * lanes ? 4 : left >= 2 * lanes ? 2 : 1) * lanes;
        }
        for (; b < batch; ++b) {
            const int64_t at = row * batch + b;
            const T factor = own[at];
            T sum = out[at];
            for (int32_t k = first; k < last; ++k) {
                const T loaded = window[column[k] * batch + b];
                sum += value[k] * loaded;
                gradient[k] += factor * loaded;
            }
            out[at] = sum;
        }
    }
}

// Adds left[row] . right[column] over WIDTH vectors and STEPS steps to every entry.
template <typename T, int WIDTH, int STEPS>
void sampled_tile(int64_t n_rows, const int32_t *indptr, const int32_t *column,
                  int64_t batch, const T *left, int64_t left_stride, const T *right,
                  int64_t right_stride, T *out, int n_threads)
{
    using V = Vector<T>;
#pragma omp parallel for num_threads(n_threads) schedule(dynamic, 64)
    for (int64_t row = 0; row < n_rows; ++row) {
        typename V::type a[STEPS][WIDTH];
        for (int s = 0; s < STEPS; ++s)
            for (int w = 0; w < WIDTH; ++w)
                a[s][w] = V::load(left + s * left_stride + row * batch + w * V::lanes);
        const auto product = [&](int32_t k) {
            const T *b = right + column[k] * batch;
            typename V::type sum[STEPS];
            for (int s = 0; s < STEPS; ++s) {
                sum[s] = a[s][0] * V::load(b + s * right_stride);
                for (int w = 1; w < WIDTH; ++w)
                    sum[s] += a[s][w] * V::load(b + s * right_stride + w * V::lanes);
            }
            for (int s = 1; s < STEPS; ++s)
                sum[0] += sum[s];
            return Quarter<T>::fold(sum[0]);
        };
        int32_t k = indptr[row];
        for (; k + 4 <= indptr[row + 1]; k += 4) {
            const typename Quarter<T>::type four[] = {product(k), product(k + 1),
                                                      product(k + 2), product(k + 3)};
            add_lanes(four, out + k);
        }
        for (; k < indptr[row + 1]; ++k) {
            const typename Quarter<T>::type one = product(k);
            for (int i = 0; i < Quarter<T>::lanes; ++i)
                out[k] += one[i];
        }
    }
}

// The same over all steps and the whole batch. Few steps at a time, so that their
// right factor stays in the cache.
template <typename T>
void sampled(int64_t n_rows, const int32_t *indptr, const int32_t *column,
             int64_t n_steps, int64_t batch, const T *left, int64_t left_stride,
             const T *right, int64_t right_stride, T *out, int n_threads)
{
    constexpr int64_t lanes = Vector<T>::lanes;
    for (int64_t step = 0; step < n_steps;) {
        const bool is_pair = step + 1 < n_steps;
        const T *l = left + step * left_stride;
        const T *r = right + step * right_stride;
        step += is_pair ? 2 : 1;
        int64_t b = 0;
        while (b + lanes <= batch) {
            const bool is_wide = b + 2 * lanes <= batch;
            const auto tile =
                is_pair ? (is_wide ? sampled_tile<T, 2, 2> : sampled_tile<T, 1, 2>)
                        : (is_wide ? sampled_tile<T, 2, 1> : sampled_tile<T, 1, 1>);
            tile(n_rows, indptr, column, batch, l + b, left_stride, r + b, right_stride,
                 out, n_threads);
            b += is_wide ? 2 * lanes : lanes;
        }
        if (b == batch)
            continue;
#pragma omp parallel for num_threads(n_threads) schedule(dynamic, 64)
        for (int64_t row = 0; row < n_rows; ++row)
            for (int32_t k = indptr[row]; k < indptr[row + 1]; ++k)
                for (int64_t i = b; i < batch; ++i) {
                    const int64_t x = row * batch + i, y = column[k] * batch + i;
                    out[k] += l[x] * r[y];
                    if (is_pair)
                        out[k] += l[x + left_stride] * r[y + right_stride];
                }
    }
}

}  // namespace

extern "C" {

void multiply_float(int64_t n_rows, const int32_t *indptr, const int32_t *column,
                    const float *value, int64_t batch, const float *window,
                    const float *added, float *out, int n_threads)
{
    multiply(n_rows, indptr, column, value, batch, window, added, out, n_threads);
}

void multiply_double(int64_t n_rows, const int32_t *indptr, const int32_t *column,
                     const double *value, int64_t batch, const double *window,
                     const double *added, double *out, int n_threads)
{
    multiply(n_rows, indptr, column, value, batch, window, added, out, n_threads);
}

void fused_float(int64_t n_rows, const int32_t *indptr, const int32_t *column,
                 const float *value, int64_t batch, const float *window,
                 const float *own, float *out, float *gradient, int n_threads)
{
    fused(n_rows, indptr, column, value, batch, window, own, out, gradient, n_threads);
}

void sampled_float(int64_t n_rows, const int32_t *indptr, const int32_t *column,
                   int64_t n_steps, int64_t batch, const float *left,
                   int64_t left_stride, const float *right, int64_t right_stride,
                   float *out, int n_threads)
{
    sampled(n_rows, indptr, column, n_steps, batch, left, left_stride, right,
            right_stride, out, n_threads);
}

void fused_double(int64_t n_rows, const int32_t *indptr, const int32_t *column,
                  const double *value, int64_t batch, const double *window,
                  const double *own, double *out, double *gradient, int n_threads)
{
    fused(n_rows, indptr, column, value, batch, window, own, out, gradient, n_threads);
}

void sampled_double(int64_t n_rows, const int32_t *indptr, const int32_t *column,
                    int64_t n_steps, int64_t batch, const double *left,
                    int64_t left_stride, const double *right, int64_t right_stride,
                    double *out, int n_threads)
{
    sampled(n_rows, indptr, column, n_steps, batch, left, left_stride, right,
            right_stride, out, n_threads);
}
}
