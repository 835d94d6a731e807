// In place of the Thrust headers that Brian2CUDA includes everywhere, and which take
// four fifths of the time to compile. Without dynamic arrays on the GPU, which this
// network has not, all that is used of them is a vector on the host.
#ifndef V1BRIDGE_CUDA_VECTORS_H
#define V1BRIDGE_CUDA_VECTORS_H

#include <vector>

namespace thrust {
template <class T> using host_vector = std::vector<T>;
}

#endif
