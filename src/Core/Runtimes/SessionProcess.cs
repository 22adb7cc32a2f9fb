using System.Collections;
using System.ComponentModel;
using System.IO.Pipes;
using System.Runtime.InteropServices;
using CheckpointOperator.Core.Interop;

namespace CheckpointOperator.Core.Runtimes;

/// <summary>
/// A program in a session and process group of its own, so that all it starts can be killed with it: what .NET starts shares this process's group,
/// and a child whose parent has ended is found by nothing else.
/// </summary>
internal sealed class SessionProcess : IDisposable
{
    private readonly Lock _gate = new();
    private readonly int _pid;
    private readonly bool _alone;
    private bool _reaped;

    private SessionProcess(int pid, bool alone, Stream output, Stream error)
    {
        _pid = pid;
        _alone = alone;
        Output = output;
        Error = error;
        // A thread waits: a probe's programs are few and short, and .NET's own waiting knows only the processes that it started.
        Ended = Task.Factory.StartNew(Reap, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
    }

    /// <summary>Its process id.</summary>
    internal int Id => _pid;

    /// <summary>What it writes to standard output.</summary>
    internal Stream Output { get; }

    /// <summary>What it writes to standard error.</summary>
    internal Stream Error { get; }

    /// <summary>Its exit code, when it has ended and, unless <see cref="SessionSettings.KeepGroup"/> says otherwise, its process group has been killed.</summary>
    internal Task<int> Ended { get; }

    /// <summary>Starts a program with nothing on its standard input, with the calling thread's namespaces and control groups.</summary>
    /// <exception cref="Win32Exception">It could not be started.</exception>
    internal static SessionProcess Start(string path, IReadOnlyList<string> arguments) => Follow(Spawn(path, arguments, new SessionSettings()));

    /// <summary>Follows a program that was started.</summary>
    internal static SessionProcess Follow(SpawnedProcess spawned) => new(spawned.Id, spawned.Alone, spawned.Output, spawned.Error);

    /// <summary>Starts a program as <see cref="Start"/> does, and makes no thread: the caller's may stand where no other may.</summary>
    /// <exception cref="Win32Exception">It could not be started.</exception>
    internal static SpawnedProcess Spawn(string path, IReadOnlyList<string> arguments, SessionSettings settings)
    {
        using var input = new AnonymousPipeServerStream(PipeDirection.Out, HandleInheritability.None);
        if (settings.Output is { } file)
            return new SpawnedProcess(Spawn(path, arguments, settings, input.ClientSafePipeHandle, file, file), settings.KeepGroup, Stream.Null, Stream.Null);
        var output = new AnonymousPipeServerStream(PipeDirection.In, HandleInheritability.None);
        var error = new AnonymousPipeServerStream(PipeDirection.In, HandleInheritability.None);
        try
        {
            var pid = Spawn(path, arguments, settings, input.ClientSafePipeHandle, output.ClientSafePipeHandle, error.ClientSafePipeHandle);
            // The program's ends are its own from here on: reading must come to an end when it does.
            output.DisposeLocalCopyOfClientHandle();
            error.DisposeLocalCopyOfClientHandle();
            return new SpawnedProcess(pid, settings.KeepGroup, output, error);
        }
        catch
        {
            output.Dispose();
            error.Dispose();
            throw;
        }
    }

    /// <summary>Kills its process group; one that has ended is no fault.</summary>
    internal void Kill()
    {
        lock (_gate)
        {
            // Until it is reaped the number is nobody else's, and there is a group of that number.
            if (!_reaped && Libc.kill(-_pid, Libc.SIGKILL) != 0)
                throw new Win32Exception();
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Output.Dispose();
        Error.Dispose();
    }

    private int Reap()
    {
        Span<byte> information = stackalloc byte[Libc.SignalInformationSize];
        while (Libc.waitid(Libc.P_PID, _pid, information, Libc.WEXITED | Libc.WNOWAIT) != 0)
            ThrowUnlessInterrupted();
        if (!_alone)
            Kill();
        lock (_gate)
        {
            int status;
            while (Libc.waitpid(_pid, out status, 0) < 0)
                ThrowUnlessInterrupted();
            _reaped = true;
            return Libc.ExitCodeOf(status);
        }
    }

    private static void ThrowUnlessInterrupted()
    {
        if (Marshal.GetLastPInvokeError() != Errno.EINTR)
            throw new Win32Exception();
    }

    private static int Spawn(string path, IReadOnlyList<string> arguments, SessionSettings settings, SafeHandle input, SafeHandle output, SafeHandle error)
    {
        Span<byte> actions = stackalloc byte[Libc.SpawnFileActionsRoom];
        Span<byte> attributes = stackalloc byte[Libc.SpawnAttributesRoom];
        Require(Libc.posix_spawn_file_actions_init(actions), path);
        try
        {
            Require(Libc.posix_spawnattr_init(attributes), path);
            try
            {
                Require(Libc.posix_spawn_file_actions_adddup2(actions, input, 0), path);
                Require(Libc.posix_spawn_file_actions_adddup2(actions, output, 1), path);
                Require(Libc.posix_spawn_file_actions_adddup2(actions, error, 2), path);
                var flags = SetSignals(attributes, path);
                if (settings.ControlGroup is { } group)
                {
                    Require(Libc.posix_spawnattr_setcgroup_np(attributes, (int)group.DangerousGetHandle()), path);
                    flags |= Libc.SpawnInControlGroup;
                }

                Require(Libc.posix_spawnattr_setflags(attributes, (short)(flags | Libc.POSIX_SPAWN_SETSID)), path);
                Require(Libc.posix_spawn(out var pid, path, actions, attributes, [path, .. arguments, null], settings.Environment ?? EnvironmentBlock()), path);
                return pid;
            }
            finally
            {
                Require(Libc.posix_spawnattr_destroy(attributes), path);
            }
        }
        finally
        {
            Require(Libc.posix_spawn_file_actions_destroy(actions), path);
        }
    }

    // .NET ignores SIGPIPE and may block others; a program expects to be started with neither.
    private static short SetSignals(Span<byte> attributes, string path)
    {
        Span<byte> signals = stackalloc byte[Libc.SignalSetSize];
        signals.Clear();
        Require(Libc.posix_spawnattr_setsigmask(attributes, signals), path);
        signals.Fill(0xFF);
        Require(Libc.posix_spawnattr_setsigdefault(attributes, signals), path);
        return Libc.POSIX_SPAWN_SETSIGDEF | Libc.POSIX_SPAWN_SETSIGMASK;
    }

    private static string?[] EnvironmentBlock() =>
        [.. Environment.GetEnvironmentVariables().Cast<DictionaryEntry>().Select(static variable => $"{variable.Key}={variable.Value}"), null];

    private static void Require(int error, string path)
    {
        if (error != 0)
            throw new Win32Exception(error, $"cannot start '{FileSystem.DisplayText.Of(path)}': {Marshal.GetPInvokeErrorMessage(error)}");
    }
}
