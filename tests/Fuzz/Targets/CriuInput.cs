using System.Buffers.Binary;
using CheckpointOperator.Core.Archives.Tar;
using CheckpointOperator.Core.Criu;
using CheckpointOperator.Core.FileSystem;
using Google.Protobuf;

namespace CheckpointOperator.Fuzz.Targets;

/// <summary>
/// CRIU's images as <see cref="Records"/>: those of one kind are the entries of one image, whose magic and lengths are put around them; with
/// the highest bit set they are the image itself.
/// </summary>
internal static class CriuInput
{
    private const byte RawBit = 0x80;
    private const int PageSize = 4096;
    private const uint CommonMagic = 0x54564319;
    private const uint ServiceMagic = 0x55105940;

    private static readonly (string Name, ImageMagic Magic)[] Kinds =
    [
        ("checkpoint/inventory.img", ImageMagic.Inventory), ("checkpoint/pstree.img", ImageMagic.PsTree), ("checkpoint/files.img", ImageMagic.Files),
        ("checkpoint/memfd.img", ImageMagic.MemFd), ("checkpoint/core-1.img", ImageMagic.Core), ("checkpoint/ids-1.img", ImageMagic.Ids),
        ("checkpoint/fs-1.img", ImageMagic.Fs), ("checkpoint/mm-1.img", ImageMagic.Mm), ("checkpoint/fdinfo-1.img", ImageMagic.FdInfo),
        ("checkpoint/mountpoints-9.img", ImageMagic.Mounts), ("checkpoint/pagemap-1.img", ImageMagic.PageMap), ("checkpoint/pages-1.img", 0),
        ("stats-dump", ImageMagic.Stats), ("stats-restore", ImageMagic.Stats), ("checkpoint/core-7.img", ImageMagic.Core),
    ];

    private static readonly int PagesKind = Array.FindIndex(Kinds, static kind => kind.Magic == 0);

    /// <summary>Adds an entry of an image to an input that is being made.</summary>
    internal static Records Add(this Records records, ImageMagic magic, IMessage entry) =>
        records.Add(Array.FindIndex(Kinds, kind => kind.Magic == magic), entry.ToByteArray());

    /// <summary>Adds pages; the rest of the last one is zeros.</summary>
    internal static Records AddPages(this Records records, ReadOnlySpan<byte> pages) => records.Add(PagesKind, pages);

    /// <summary>The archive that an input stands for; pages come first or last in it.</summary>
    internal static byte[] ToTar(byte[] input, bool pagesFirst)
    {
        var images = new SortedDictionary<int, MemoryStream>();
        foreach (var (kind, content) in Records.Read(input))
        {
            var raw = (kind & RawBit) != 0;
            var image = (kind & ~RawBit) % Kinds.Length;
            Append(images, image, content, raw || image == PagesKind);
        }

        // Pages are whole ones; an input that had to hold their zeros would be nothing else.
        if (images.TryGetValue(PagesKind, out var pages))
            pages.SetLength((pages.Length + PageSize - 1) / PageSize * PageSize);
        using var tar = new MemoryStream();
        var writer = new TarWriter(tar);
        foreach (var (kind, image) in images.OrderBy(image => image.Key == PagesKind == pagesFirst ? 0 : 1))
            writer.WriteBytes(new TarEntry { Path = RelativePath.Parse(Kinds[kind].Name), Type = TarEntryType.Regular, Mode = 0x180 }, image.ToArray());
        writer.Complete();
        return tar.ToArray();
    }

    private static void Append(SortedDictionary<int, MemoryStream> images, int kind, ReadOnlySpan<byte> content, bool raw)
    {
        if (!images.TryGetValue(kind, out var image))
        {
            images.Add(kind, image = new MemoryStream());
            if (!raw)
                AppendMagic(image, Kinds[kind].Magic);
        }

        if (!raw)
            AppendNumber(image, (uint)content.Length);
        image.Write(content);
    }

    private static void AppendMagic(MemoryStream image, ImageMagic magic)
    {
        if (magic != ImageMagic.Inventory)
            AppendNumber(image, magic == ImageMagic.Stats ? ServiceMagic : CommonMagic);
        AppendNumber(image, (uint)magic);
    }

    private static void AppendNumber(MemoryStream image, uint number)
    {
        Span<byte> bytes = stackalloc byte[sizeof(uint)];
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, number);
        image.Write(bytes);
    }
}
