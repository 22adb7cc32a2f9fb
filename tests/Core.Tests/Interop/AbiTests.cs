using System.Reflection;
using System.Runtime.InteropServices;
using CheckpointOperator.Core.Interop;
using CheckpointOperator.Core.Tests.Support;

namespace CheckpointOperator.Core.Tests.Interop;

/// <summary>Compares what the interop layer believes with what a C compiler reads in the system's headers.</summary>
public sealed class AbiTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Structures_have_the_sizes_and_offsets_of_the_headers()
    {
        var c = Compile(
            """
            P("open_how", sizeof(struct open_how)); P("open_how.Resolve", offsetof(struct open_how, resolve));
            P("statx", sizeof(struct statx)); P("statx.LinkCount", offsetof(struct statx, stx_nlink)); P("statx.Mode", offsetof(struct statx, stx_mode));
            P("statx.Inode", offsetof(struct statx, stx_ino)); P("statx.Size", offsetof(struct statx, stx_size));
            P("statx.ModificationTime", offsetof(struct statx, stx_mtime)); P("statx.DeviceTypeMajor", offsetof(struct statx, stx_rdev_major));
            P("statx.DeviceMinor", offsetof(struct statx, stx_dev_minor)); P("statx_timestamp", sizeof(struct statx_timestamp));
            P("timespec", sizeof(struct timespec)); P("timespec.Nanoseconds", offsetof(struct timespec, tv_nsec));
            P("siginfo_t", sizeof(siginfo_t)); P("sigset_t", sizeof(sigset_t));
            """);
        Dictionary<string, long> ours = new()
        {
            ["open_how"] = Marshal.SizeOf<OpenHow>(),
            ["open_how.Resolve"] = Offset<OpenHow>(nameof(OpenHow.Resolve)),
            ["statx"] = Marshal.SizeOf<Statx>(),
            ["statx.LinkCount"] = Offset<Statx>(nameof(Statx.LinkCount)),
            ["statx.Mode"] = Offset<Statx>(nameof(Statx.Mode)),
            ["statx.Inode"] = Offset<Statx>(nameof(Statx.Inode)),
            ["statx.Size"] = Offset<Statx>(nameof(Statx.Size)),
            ["statx.ModificationTime"] = Offset<Statx>(nameof(Statx.ModificationTime)),
            ["statx.DeviceTypeMajor"] = Offset<Statx>(nameof(Statx.DeviceTypeMajor)),
            ["statx.DeviceMinor"] = Offset<Statx>(nameof(Statx.DeviceMinor)),
            ["statx_timestamp"] = Marshal.SizeOf<StatxTimestamp>(),
            ["timespec"] = Marshal.SizeOf<TimeSpec>(),
            ["timespec.Nanoseconds"] = Offset<TimeSpec>(nameof(TimeSpec.Nanoseconds)),
            ["siginfo_t"] = Libc.SignalInformationSize,
            ["sigset_t"] = Libc.SignalSetSize,
        };
        Assert.Equal(c, ours);
    }

    [Fact]
    public void There_is_room_for_the_structures_that_only_the_C_library_knows()
    {
        var c = Compile("""P("actions", sizeof(posix_spawn_file_actions_t)); P("attributes", sizeof(posix_spawnattr_t));""");
        Assert.InRange(c["actions"], 1, Libc.SpawnFileActionsRoom);
        Assert.InRange(c["attributes"], 1, Libc.SpawnAttributesRoom);
    }

    [Fact]
    public void Constants_have_the_values_of_the_headers()
    {
        var ours = Fields(typeof(Libc)).Concat(Fields(typeof(Errno))).ToDictionary();
        Assert.True(ours.Count > 50);
        Assert.Equal(Compile(string.Concat(ours.Keys.Select(name => $"P(\"{name}\", {name});"))), ours);

        static IEnumerable<KeyValuePair<string, long>> Fields(Type type) =>
            type.GetFields(BindingFlags.Static | BindingFlags.NonPublic)
                .Where(field => field.Name.All(c => char.IsAsciiLetterUpper(c) || char.IsAsciiDigit(c) || c == '_') || field.Name == "SYS_openat2")
                .Select(field => KeyValuePair.Create(field.Name, Convert.ToInt64(field.GetValue(null), System.Globalization.CultureInfo.InvariantCulture)));
    }

    private static long Offset<T>(string field) => Marshal.OffsetOf<T>(field);

    private Dictionary<string, long> Compile(string statements)
    {
        _folder.Write(
            "abi.c",
            $$"""
            #define _GNU_SOURCE
            #include <errno.h>
            #include <fcntl.h>
            #include <signal.h>
            #include <spawn.h>
            #include <stddef.h>
            #include <stdio.h>
            #include <sys/stat.h>
            #include <sys/syscall.h>
            #include <sys/wait.h>
            #include <time.h>
            #include <unistd.h>
            #include <linux/openat2.h>
            #define P(name, value) printf("%s %lld\n", name, (long long)(value))
            int main(void) { {{statements}} return 0; }
            """);
        return _folder.Shell("gcc -o abi abi.c && ./abi").Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => line.Split(' '))
            .ToDictionary(words => words[0], words => long.Parse(words[1], System.Globalization.CultureInfo.InvariantCulture));
    }
}
