using System.Text.Json;
using CheckpointOperator.RestoreRuntime.Interop;
using Microsoft.Win32.SafeHandles;

namespace CheckpointOperator.RestoreRuntime;

/// <summary>
/// The `state` of a restored container before its `start`: "created" as long as it runs, though its process goes on already. CRI-O starts nothing else.
/// </summary>
internal sealed class StateBeforeStart(RestoreRuntimeConfiguration configuration, RuntimeInvocation invocation)
{
    private const int StandardOutput = 1;

    /// <summary>Writes what the runtime says, but for that, and returns its exit code.</summary>
    public int Run()
    {
        using SafeFileHandle output = Libc.dup(StandardOutput);
        if (output.IsInvalid)
        {
            throw new RestoreRuntimeException($"the standard output cannot be kept: {Libc.LastError()}");
        }

        // A file, for a pipe that nobody reads meanwhile has an end.
        using SafeFileHandle captured = File.OpenHandle(
            Path.Combine(configuration.Restored, $"{invocation.Id!.Value.Text}.{Environment.ProcessId}"),
            FileMode.Create, FileAccess.ReadWrite, FileShare.Read, FileOptions.DeleteOnClose);
        _ = Libc.dup2(captured, StandardOutput);
        var exitCode = RealRuntime.Run(configuration.Runtime, invocation.Arguments);
        _ = Libc.dup2(output, StandardOutput);

        var state = new byte[RandomAccess.GetLength(captured)];
        _ = RandomAccess.Read(captured, state, 0);
        using var stream = new FileStream(output, FileAccess.Write, bufferSize: 0);
        stream.Write(exitCode == 0 ? AsCreated(state) : state);
        return exitCode;
    }

    private static byte[] AsCreated(byte[] state)
    {
        var reader = new Utf8JsonReader(state);
        while (reader.Read())
        {
            if (reader.CurrentDepth != 1 || reader.TokenType != JsonTokenType.PropertyName || !reader.ValueTextEquals("status"u8))
            {
                continue;
            }

            reader.Read();
            return reader.ValueTextEquals("running"u8)
                ? [.. state.AsSpan(0, (int)reader.TokenStartIndex), .. "\"created\""u8, .. state.AsSpan((int)reader.BytesConsumed)]
                : state;
        }

        return state;
    }
}
