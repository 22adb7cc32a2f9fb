using System.Text;
using Google.Protobuf;

namespace CheckpointOperator.Core.Criu;

/// <summary>Text of the images, which is bytes of the processes' choice.</summary>
internal static class ImageText
{
    internal static string Of(ByteString bytes) => Encoding.UTF8.GetString(bytes.Span);

    /// <summary>Null for none.</summary>
    internal static string? OrNull(ByteString bytes) => bytes.IsEmpty ? null : Of(bytes);

    /// <summary>A Unix socket's name as /proc/net/unix has it.</summary>
    internal static string? SocketName(ByteString name)
    {
        if (name.IsEmpty)
            return null;
        // An abstract name starts with NUL and may hold more; a path ends with one.
        if (name[0] == 0)
            return Of(name).Replace('\0', '@');
        return Of(name).TrimEnd('\0');
    }
}
