using System.Diagnostics;
using System.Globalization;

namespace CheckpointOperator.Core.Benchmark.Measuring;

/// <summary>Runs programs, by launch.c.</summary>
internal sealed class Programs(string launcher)
{
    /// <summary>Runs one to its end.</summary>
    /// <param name="command">The program and its arguments.</param>
    /// <param name="folder">Where its output goes.</param>
    /// <param name="memory">Bytes of free memory that are touched before it starts.</param>
    /// <exception cref="WrongResultException">It failed.</exception>
    internal Measurement Run(string[] command, RunFolder folder, long memory)
    {
        var result = Path.Combine(folder.Log, "result");
        Execute([launcher, result, folder.StandardOutput, folder.StandardError, memory.ToString(CultureInfo.InvariantCulture), .. command]);
        var parts = File.ReadAllText(result).Split(' ').Select(part => long.Parse(part, CultureInfo.InvariantCulture)).ToArray();
        if (parts[3] != 0)
            throw new WrongResultException($"{string.Join(' ', command)}: exit code {parts[3]}: {File.ReadAllText(folder.StandardError).Trim()}");
        return new Measurement(parts[0] / 1e6, parts[1] / 1e6, parts[2] / 1024.0);
    }

    /// <summary>Counts a run's system calls.</summary>
    internal long CountSystemCalls(string[] command, RunFolder folder)
    {
        var counts = Path.Combine(folder.Log, "strace");
        Run(["strace", "--follow-forks", "--summary-only", "--output", counts, .. command], folder, memory: 0);
        // "100.00    0.123456           1     12345        67 total"
        var total = File.ReadLines(counts).Last(line => line.EndsWith(" total", StringComparison.Ordinal));
        return long.Parse(total.Split(' ', StringSplitOptions.RemoveEmptyEntries)[3], CultureInfo.InvariantCulture);
    }

    /// <summary>Runs a program that prepares something.</summary>
    internal static void Execute(params string[] command)
    {
        using var process = Process.Start(new ProcessStartInfo(command[0], command[1..]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        // What it says of itself, such as mkfs.btrfs, is no part of the report.
        process.BeginOutputReadLine();
        var errors = process.StandardError.ReadToEnd();
        process.WaitForExit();
        if (process.ExitCode != 0)
            throw new WrongResultException($"{string.Join(' ', command)}: exit code {process.ExitCode}: {errors.Trim()}");
    }
}
