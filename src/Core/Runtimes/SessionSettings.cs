using System.Runtime.InteropServices;
using CheckpointOperator.Core.Interop;

namespace CheckpointOperator.Core.Runtimes;

/// <summary>How a program is started, where it is not as this process was.</summary>
internal sealed record SessionSettings
{
    /// <summary>Its environment, each <c>NAME=value</c>, ended by null. Defaults to this process's own.</summary>
    internal string?[]? Environment { get; init; }

    /// <summary>A file that takes its output and errors. Defaults to none: pipes, which are read here.</summary>
    internal SafeHandle? Output { get; init; }

    /// <summary>Whether the C library can start a program in a control group (glibc 2.39).</summary>
    internal static bool CanChooseControlGroup => Libc.CanSpawnInControlGroup;

    /// <summary>An open folder of the control group (v2) that it is born in. Defaults to that of the thread that starts it.</summary>
    internal SafeHandle? ControlGroup { get; init; }

    /// <summary>Leaves alone what it started and left behind, such as a service. Defaults to false: it is killed when the program ends.</summary>
    internal bool KeepGroup { get; init; }
}
