using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace CheckpointOperator.NodeAgent.Restores;

/// <summary>Who is at the other end of a Unix socket, as the kernel knows it.</summary>
/// <param name="Pid">The process.</param>
/// <param name="UserId">Its user.</param>
internal readonly record struct PeerCredentials(int Pid, int UserId)
{
    private const int SOL_SOCKET = 1;
    private const int SO_PEERCRED = 17;

    /// <summary>Asks the kernel.</summary>
    /// <param name="socket">A connected Unix socket.</param>
    public static PeerCredentials Of(Socket socket)
    {
        // struct ucred { pid_t pid; uid_t uid; gid_t gid; }
        Span<int> credentials = stackalloc int[3];
        socket.GetRawSocketOption(SOL_SOCKET, SO_PEERCRED, MemoryMarshal.AsBytes(credentials));
        return new PeerCredentials(credentials[0], credentials[1]);
    }
}
