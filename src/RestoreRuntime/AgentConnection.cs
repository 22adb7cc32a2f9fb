using System.Buffers;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using CheckpointOperator.RestoreRuntime.Interop;
using Microsoft.Win32.SafeHandles;

namespace CheckpointOperator.RestoreRuntime;

/// <summary>A conversation with the node's agent: one JSON object per line, over its Unix socket.</summary>
internal sealed class AgentConnection : IDisposable
{
    // sizeof(sockaddr_un.sun_path), the closing NUL included.
    private const int LongestPath = 108;
    private const int LongestLine = 64 * 1024;

    private readonly string _path;
    private readonly int _silenceMilliseconds;
    private readonly SafeFileHandle _socket;
    private readonly byte[] _received = new byte[LongestLine];
    private int _length;

    /// <summary>Connects to the agent, which must be root's.</summary>
    public AgentConnection(string path, int silenceSeconds)
    {
        _path = path;
        _silenceMilliseconds = (int)Math.Min(silenceSeconds * 1000L, int.MaxValue);
        _socket = Libc.socket(Libc.AF_UNIX, Libc.SOCK_STREAM | Libc.SOCK_CLOEXEC, 0);
        // An agent that stands still takes no connection either, once a few wait.
        var silence = new Libc.TimeValue { Seconds = silenceSeconds };
        if (_socket.IsInvalid || Libc.setsockopt(_socket, Libc.SOL_SOCKET, Libc.SO_SNDTIMEO, in silence, (uint)Marshal.SizeOf<Libc.TimeValue>()) != 0)
        {
            throw Unreachable(Libc.LastError());
        }

        if (!Connect())
        {
            throw Unsent();
        }

        uint length = 12;
        if (Libc.getsockopt(_socket, Libc.SOL_SOCKET, Libc.SO_PEERCRED, out var peer, ref length) != 0 || peer.Uid != 0)
        {
            throw Unreachable($"what listens there runs as user {peer.Uid}, not as root");
        }
    }

    /// <summary>Asks what is to become of a `create`.</summary>
    public AgentAnswer AskCreate(string id, string bundle, string root, string runtime)
    {
        Send(writer =>
        {
            writer.WriteString("operation", "create");
            writer.WriteString("id", id);
            writer.WriteString("bundle", bundle);
            writer.WriteString("root", root);
            writer.WriteString("runtime", runtime);
        });
        return Receive() ?? throw Unreachable("it hung up without an answer, or in the middle of one");
    }

    /// <summary>Reports how the restore ended, and when this program and the real runtime did their parts, for the agent's trace; null where the agent is gone, which then finds out by itself.</summary>
    public AgentAnswer? ReportRestored(string id, int exitCode, string? error, DateTime began, DateTime runtimeBegan, DateTime runtimeEnded)
    {
        try
        {
            Send(writer =>
            {
                writer.WriteString("operation", "restored");
                writer.WriteString("id", id);
                writer.WriteNumber("exitCode", exitCode);
                writer.WriteString("error", error);
                writer.WriteNumber("began", Microseconds(began));
                writer.WriteNumber("runtimeBegan", Microseconds(runtimeBegan));
                writer.WriteNumber("runtimeEnded", Microseconds(runtimeEnded));
            });
            return Receive();
        }
        catch (RestoreRuntimeException)
        {
            return null;
        }
    }

    public void Dispose() => _socket.Dispose();

    private static long Microseconds(DateTime time) => (time - DateTime.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond;

    private unsafe bool Connect()
    {
        var address = new byte[2 + LongestPath];
        BitConverter.TryWriteBytes(address, (ushort)Libc.AF_UNIX);
        var path = Encoding.UTF8.GetBytes(_path);
        if (path.Length >= LongestPath)
        {
            throw Unreachable("its path is longer than a socket's may be");
        }

        path.CopyTo(address, 2);
        fixed (byte* pointer = address)
        {
            return Libc.connect(_socket, pointer, (uint)address.Length) == 0;
        }
    }

    private unsafe void Send(Action<Utf8JsonWriter> write)
    {
        var line = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(line))
        {
            writer.WriteStartObject();
            writer.WriteNumber("version", 1);
            write(writer);
            writer.WriteEndObject();
        }

        line.Write("\n"u8);
        fixed (byte* pointer = line.WrittenSpan)
        {
            for (nint sent = 0; sent < line.WrittenCount;)
            {
                var count = Libc.send(_socket, pointer + sent, (nuint)(line.WrittenCount - sent), Libc.MSG_NOSIGNAL);
                if (count < 0 && Marshal.GetLastPInvokeError() != Libc.EINTR)
                {
                    throw Unsent();
                }

                sent += Math.Max(count, 0);
            }
        }
    }

    // The next answer; "wait" only says that the agent is alive and at work. Null where it hung up.
    private AgentAnswer? Receive()
    {
        while (ReceiveLine() is { } line)
        {
            var answer = AgentAnswer.Parse(line);
            if (answer.Action != "wait")
            {
                return answer;
            }
        }

        return null;
    }

    private unsafe byte[]? ReceiveLine()
    {
        while (true)
        {
            var end = Array.IndexOf(_received, (byte)'\n', 0, _length);
            if (end >= 0)
            {
                var line = _received[..end];
                _received.AsSpan((end + 1)..(_length)).CopyTo(_received);
                _length -= end + 1;
                return line;
            }

            if (_length == LongestLine)
            {
                throw Unreachable($"its answer is longer than {LongestLine} bytes");
            }

            AwaitData();
            fixed (byte* pointer = _received)
            {
                var count = Libc.recv(_socket, pointer + _length, (nuint)(LongestLine - _length), 0);
                if (count == 0)
                {
                    return null;
                }

                if (count < 0 && Marshal.GetLastPInvokeError() != Libc.EINTR)
                {
                    throw Unreachable(Libc.LastError());
                }

                _length += (int)Math.Max(count, 0);
            }
        }
    }

    private void AwaitData()
    {
        var fd = new Libc.PollFd { Fd = (int)_socket.DangerousGetHandle(), Events = Libc.POLLIN };
        int ready;
        do
        {
            ready = Libc.poll(ref fd, 1, _silenceMilliseconds);
        }
        while (ready < 0 && Marshal.GetLastPInvokeError() == Libc.EINTR);

        if (ready == 0)
        {
            throw Silent();
        }
    }

    private RestoreRuntimeException Unsent() => Marshal.GetLastPInvokeError() == Libc.EAGAIN ? Silent() : Unreachable(Libc.LastError());

    private RestoreRuntimeException Silent() => Unreachable($"it did not answer within {_silenceMilliseconds / 1000} s");

    private RestoreRuntimeException Unreachable(string why) =>
        new($"the checkpoint agent at {_path} cannot be asked for this restore: {why}; is the checkpoint-agent Pod of this node running?");
}
