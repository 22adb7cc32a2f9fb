using System.Buffers.Binary;
using CheckpointOperator.Core.Archives;
using Google.Protobuf;

namespace CheckpointOperator.Core.Criu;

/// <summary>CRIU's image files: magic numbers, then entries, each a length (32 bits, little endian) and a protobuf message.</summary>
internal static class ImageFile
{
    // More than a container can have of processes, open files or mounts; an entry may be empty, and is an object here.
    internal const int MaxEntries = 1_000_000;

    // The largest is mm-PID.img's, with some 45 bytes for each of a process's areas, which are 65,530 where nobody raised vm.max_map_count.
    internal const int MaxEntryBytes = 16 << 20;

    // Since CRIU 2.0: IMG_COMMON_MAGIC before all of an image, IMG_SERVICE_MAGIC before statistics (criu/include/magic.h). The inventory has neither.
    private const uint CommonMagic = 0x54564319;
    private const uint ServiceMagic = 0x55105940;

    /// <summary>The entries' bytes.</summary>
    internal static IEnumerable<ReadOnlyMemory<byte>> Entries(string name, ReadOnlyMemory<byte> image, ImageMagic magic)
    {
        var rest = SkipMagic(name, image, magic);
        for (var count = 0; !rest.IsEmpty; count++)
        {
            if (count >= MaxEntries)
                throw Refuse(name, $"it has more than {MaxEntries} entries");
            if (rest.Length < sizeof(uint))
                throw Refuse(name, "it ends in an entry's length");
            var length = BinaryPrimitives.ReadUInt32LittleEndian(rest.Span);
            if (length > MaxEntryBytes)
                throw Refuse(name, $"entry {count} has {length} bytes, at most {MaxEntryBytes} are read");
            rest = rest[sizeof(uint)..];
            if (length > rest.Length)
                throw Refuse(name, $"it ends in entry {count}");
            yield return rest[..(int)length];
            rest = rest[(int)length..];
        }
    }

    /// <summary>The entries as messages of one type.</summary>
    internal static IEnumerable<T> Read<T>(string name, ReadOnlyMemory<byte> image, ImageMagic magic, MessageParser<T> parser)
        where T : IMessage<T> =>
        Entries(name, image, magic).Select(entry => Parse(name, entry, parser));

    /// <summary>The first entry of an image that has to have one.</summary>
    internal static T First<T>(string name, ReadOnlyMemory<byte> image, ImageMagic magic, MessageParser<T> parser)
        where T : class, IMessage<T> =>
        Read(name, image, magic, parser).FirstOrDefault() ?? throw Refuse(name, "it has no entry");

    /// <summary>Reads one message. Fields that are not known here are passed over; protobuf's limit of 100 nested ones holds for those too.</summary>
    internal static T Parse<T>(string name, ReadOnlyMemory<byte> entry, MessageParser<T> parser)
        where T : IMessage<T>
    {
        try
        {
            return parser.WithDiscardUnknownFields(true).ParseFrom(entry.Span);
        }
        catch (InvalidProtocolBufferException e)
        {
            throw Refuse(name, $"an entry is damaged: {e.Message}", e);
        }
    }

    internal static ArchiveRefusedException Refuse(string name, string detail, Exception? cause = null) =>
        new(ArchiveRefusal.InvalidCriuImage, ArchiveImages.EntryOf(name), -1, detail, cause);

    private static ReadOnlyMemory<byte> SkipMagic(string name, ReadOnlyMemory<byte> image, ImageMagic magic)
    {
        var rest = image;
        var first = magic switch { ImageMagic.Inventory => (uint)magic, ImageMagic.Stats => ServiceMagic, _ => CommonMagic };
        Expect(first);
        if (first != (uint)magic)
            Expect((uint)magic);
        return rest;

        void Expect(uint expected)
        {
            if (rest.Length < sizeof(uint) || BinaryPrimitives.ReadUInt32LittleEndian(rest.Span) != expected)
                throw Refuse(name, $"it does not start as CRIU's {magic} image");
            rest = rest[sizeof(uint)..];
        }
    }
}
