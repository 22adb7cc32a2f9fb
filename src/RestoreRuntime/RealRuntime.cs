using CheckpointOperator.RestoreRuntime.Interop;

namespace CheckpointOperator.RestoreRuntime;

/// <summary>Runs the real OCI runtime, in this process's place or as its child.</summary>
internal static class RealRuntime
{
    // First argument of this program when it is only to tie itself to its parent's life and become the runtime: posix_spawn cannot set that.
    private const string BoundTo = "--bound-to-parent";

    /// <summary>
    /// Becomes the program, as if the caller had started it itself: same arguments, environment, stdio, signals (the project file says why).
    /// The program's name is its own path, because crun behaves by it.
    /// </summary>
    public static RestoreRuntimeException Become(string path, IEnumerable<Argument> arguments)
    {
        using var argv = new NativeArguments([path, .. arguments]);
        unsafe
        {
            fixed (byte* file = Libc.Terminated(path))
            {
                _ = Libc.execv(file, argv.Pointer);
            }
        }

        return new RestoreRuntimeException($"the runtime {path} cannot be started: {Libc.LastError()}");
    }

    /// <summary>
    /// Runs the program as a child that is killed when this process dies, and returns its exit code (128 + signal where one ended it). Variables are
    /// added to this process's environment.
    /// </summary>
    public static int Run(string path, IEnumerable<Argument> arguments, params IEnumerable<Argument> variables)
    {
        var self = Environment.ProcessPath!;
        using var argv = new NativeArguments([self, BoundTo, Environment.ProcessId.ToString(null, null), path, .. arguments]);
        using var environment = new NativeArguments([.. Argument.Environment(), .. variables]);
        int pid;
        unsafe
        {
            fixed (byte* file = Libc.Terminated(self))
            {
                var error = Libc.posix_spawn(out pid, file, null, null, argv.Pointer, environment.Pointer);
                if (error != 0)
                {
                    throw new RestoreRuntimeException(
                        $"{path} cannot be started: {System.Runtime.InteropServices.Marshal.GetPInvokeErrorMessage(error)}");
                }
            }
        }

        int status;
        while (Libc.waitpid(pid, out status, 0) < 0)
        {
            if (System.Runtime.InteropServices.Marshal.GetLastPInvokeError() != Libc.EINTR)
            {
                throw new RestoreRuntimeException($"{path} (pid {pid}) cannot be waited for: {Libc.LastError()}");
            }
        }

        var signal = status & 0x7f;
        return signal == 0 ? (status >> 8) & 0xff : 128 + signal;
    }

    /// <summary>Whether this process was started by <see cref="Run"/>.</summary>
    public static bool IsBoundChild(Argument[] arguments) => arguments is [_, { Text: BoundTo }, _, _, ..];

    /// <summary>The child's half of <see cref="Run"/>.</summary>
    public static RestoreRuntimeException BecomeBound(Argument[] arguments)
    {
        _ = Libc.prctl(Libc.PR_SET_PDEATHSIG, Libc.SIGKILL);
        // A parent that was gone before the line above sends no signal any more.
        return Libc.getppid().ToString(null, null) == arguments[2].Text
            ? Become(arguments[3].Text, arguments[4..])
            : new RestoreRuntimeException("the process that asked for the restore is gone");
    }
}
