using System.Text;

namespace CheckpointOperator.RestoreRuntime;

/// <summary>
/// One argument as the bytes that the kernel passed, so that it can be handed on unchanged even where it is not UTF-8, and as the text to read it by.
/// </summary>
internal readonly struct Argument(byte[] bytes)
{
    /// <summary>The bytes, without the closing NUL.</summary>
    public byte[] Bytes { get; } = bytes;

    /// <summary>The bytes read as UTF-8.</summary>
    public string Text { get; } = Encoding.UTF8.GetString(bytes);

    public static implicit operator Argument(string text) => new(Encoding.UTF8.GetBytes(text));

    /// <summary>This process's own arguments, the program's name first.</summary>
    public static Argument[] OfThisProcess() => ReadTerminated("/proc/self/cmdline");

    /// <summary>This process's environment, as it was when it was started.</summary>
    public static Argument[] Environment() => ReadTerminated("/proc/self/environ");

    private static Argument[] ReadTerminated(string path)
    {
        var bytes = File.ReadAllBytes(path);
        var arguments = new List<Argument>();
        for (var start = 0; start < bytes.Length;)
        {
            var end = Array.IndexOf(bytes, (byte)0, start);
            end = end < 0 ? bytes.Length : end;
            arguments.Add(new Argument(bytes[start..end]));
            start = end + 1;
        }

        return [.. arguments];
    }
}
