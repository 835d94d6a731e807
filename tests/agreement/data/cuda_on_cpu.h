// What the generated CUDA sources need of CUDA, on the CPU: memory is memory, a kernel
// is a loop over its threads. With BACKWARD in the environment the loops run backward:
// the result must not depend on it.
#ifndef CUDA_ON_CPU_H
#define CUDA_ON_CPU_H

#include <algorithm>
#include <cassert>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <vector>

#define __global__
#define __device__
#define __host__

struct Index {
    int x;
};
inline Index threadIdx, blockIdx, blockDim, gridDim;

template <class Kernel, class... Arguments>
void launch(Kernel kernel, int n_blocks, int n_threads, Arguments... arguments)
{
    static const bool backward = getenv("BACKWARD") != nullptr;
    gridDim.x = n_blocks;
    blockDim.x = n_threads;
    for (int block = 0; block < n_blocks; block++)
        for (int thread = 0; thread < n_threads; thread++) {
            blockIdx.x = backward ? n_blocks - 1 - block : block;
            threadIdx.x = backward ? n_threads - 1 - thread : thread;
            kernel(arguments...);
        }
}

inline void __syncthreads() {}
inline void __threadfence() {}
template <class T> T atomicAdd(T *address, T value)
{
    const T before = *address;
    *address += value;
    return before;
}
template <class T, class A, class B> T atomicCAS(T *address, A expected, B value)
{
    const T before = *address;
    if (before == T(expected))
        *address = T(value);
    return before;
}
template <class To, class From> To same_bits(From from)
{
    To to;
    static_assert(sizeof to == sizeof from, "sizes differ");
    memcpy(&to, &from, sizeof to);
    return to;
}
inline double __longlong_as_double(long long v)
{
    return same_bits<double>(v);
}
inline long long __double_as_longlong(double v)
{
    return same_bits<long long>(v);
}
inline float __int_as_float(int v)
{
    return same_bits<float>(v);
}
inline int __float_as_int(float v)
{
    return same_bits<int>(v);
}

typedef int cudaError_t;
typedef int cudaError;
enum {
    cudaSuccess,
    cudaMemcpyHostToDevice,
    cudaMemcpyDeviceToHost,
    cudaMemcpyDeviceToDevice,
    cudaLimitMallocHeapSize
};
struct cudaDeviceProp {
    int multiProcessorCount = 4, maxThreadsPerBlock = 1024;
    int maxThreadsPerMultiProcessor = 2048, sharedMemPerBlock = 48000, warpSize = 32;
};
struct cudaFuncAttributes {
    int maxThreadsPerBlock = 1024, numRegs = 1, sharedSizeBytes = 0;
    int localSizeBytes = 0, constSizeBytes = 0;
};
inline int cudaMalloc(void **address, size_t n)
{
    *address = malloc(n);
    memset(*address, 0xAB, n);  // whoever reads it before writing shall notice
    return 0;
}
inline int cudaFree(void *address)
{
    free(address);
    return 0;
}
inline int cudaMemcpy(void *to, const void *from, size_t n, int)
{
    memcpy(to, from, n);
    return 0;
}
inline int cudaMemset(void *to, int value, size_t n)
{
    memset(to, value, n);
    return 0;
}
template <class T> int cudaMemcpyToSymbol(T &symbol, const void *from, size_t n)
{
    assert(n == sizeof symbol);
    memcpy(&symbol, from, n);
    return 0;
}
inline int cudaGetLastError()
{
    return 0;
}
inline const char *cudaGetErrorString(int)
{
    return "error";
}
inline int cudaSetDevice(int)
{
    return 0;
}
inline int cudaGetDeviceProperties(cudaDeviceProp *, int)
{
    return 0;
}
inline int cudaDeviceSetLimit(int, size_t)
{
    return 0;
}
inline int cudaDeviceSynchronize()
{
    return 0;
}
inline int cudaProfilerStop()
{
    return 0;
}
inline int cudaMemGetInfo(size_t *free, size_t *total)
{
    *free = *total = size_t(1) << 30;
    return 0;
}
template <class Kernel>
int cudaOccupancyMaxPotentialBlockSize(int *n_blocks, int *n_threads, Kernel, int, int)
{
    *n_blocks = 1;
    *n_threads = 96;
    return 0;
}
template <class Kernel>
int cudaOccupancyMaxActiveBlocksPerMultiprocessor(int *n_blocks, Kernel, int, int)
{
    *n_blocks = 1;
    return 0;
}
template <class Kernel> int cudaFuncGetAttributes(cudaFuncAttributes *, Kernel)
{
    return 0;
}

// Brian2CUDA makes a generator of random numbers; the model draws none from it.
typedef int curandStatus_t;
typedef int *curandGenerator_t;
struct curandState {};
enum { CURAND_RNG_PSEUDO_DEFAULT };
inline int curandCreateGenerator(curandGenerator_t *, int)
{
    return 0;
}
inline int curandDestroyGenerator(curandGenerator_t)
{
    return 0;
}
inline int curandSetPseudoRandomGeneratorSeed(curandGenerator_t, unsigned long long)
{
    return 0;
}
inline int curandSetGeneratorOffset(curandGenerator_t, unsigned long long)
{
    return 0;
}
template <class... A> int curandGenerateUniformDouble(A...)
{
    return 0;
}
template <class... A> int curandGenerateNormalDouble(A...)
{
    return 0;
}
template <class... A> int curandGeneratePoisson(A...)
{
    return 0;
}
template <class... A> void curand_init(A...) {}

#endif
