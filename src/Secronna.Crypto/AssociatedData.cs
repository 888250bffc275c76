// The associated data of a box states where the box belongs (S6). It is a list of parts, each preceded by its length as
// 4 bytes, big endian: a purpose, the header of the box, then ids.
//
//   purpose                      header of a        format  ids
//   "secronna value"             value box          2       workspace, project, environment, secret, its key, version
//   "secronna data key"          wrapped key box    2       workspace, project, environment, secret, its key, version, KEK
//   "secronna kek"               wrapped key box    1       workspace, project, KEK, master key
//   "secronna installation key"  wrapped key box    1       master key
//   "secronna log key"           wrapped key box    1       installation
//
// Values and data keys of format 1 were sealed before the secret's key was bound. Their list is the same without the key. They
// are opened, and no new ones are made. The format byte is in the header, so a box can't be passed off as one of the other
// format.
//
// The header is every byte of the box before its ciphertext. Ids and the key are UTF-8. The version is 4 bytes, big endian.
// Because each part carries its length, two different lists of parts never give the same bytes.

using System.Buffers.Binary;

namespace Secronna.Crypto;

/// <summary>
/// Associated data, built in a buffer that the caller supplies. The header is filled in when a box is made or opened.
/// </summary>
internal ref struct AssociatedData
{
    private const int LengthSize = sizeof(int);
    private const int MaxPurposeSize = 25;
    private const int MaxIds = 5;

    /// <summary>The size of a buffer that every kind of associated data fits into, in bytes.</summary>
    public const int MaxSize = LengthSize + MaxPurposeSize
        + LengthSize + ValueBox.HeaderSize
        + (MaxIds * (LengthSize + IdBytes.MaxSize))
        + LengthSize + VersionBinding.MaxKeySize
        + LengthSize + sizeof(int);

    private readonly Span<byte> buffer;
    private readonly Span<byte> header;
    private int size;

    private AssociatedData(Span<byte> buffer, byte format, ReadOnlySpan<byte> purpose, int headerSize)
    {
        this.buffer = buffer;
        Format = format;
        IsUsable = format is BoxFormat.First or BoxFormat.WithKey;
        purpose.CopyTo(AppendPart(purpose.Length));
        header = AppendPart(headerSize);
    }

    /// <summary>The format byte of the box.</summary>
    public byte Format { get; }

    /// <summary>
    /// False if the format is unknown, an id or the key is empty, too long or not valid UTF-8, or the version is not positive.
    /// </summary>
    public bool IsUsable { get; private set; }

    public static AssociatedData ForValue(Span<byte> buffer, byte format, in VersionBinding binding)
    {
        var data = new AssociatedData(buffer, format, "secronna value"u8, ValueBox.HeaderSize);
        data.Append(binding);
        return data;
    }

    public static AssociatedData ForDataKey(Span<byte> buffer, byte format, in VersionBinding binding, string kekId)
    {
        var data = new AssociatedData(buffer, format, "secronna data key"u8, WrappedKeyBox.HeaderSize);
        data.Append(binding);
        data.Append(kekId);
        return data;
    }

    public static AssociatedData ForMasterKey(Span<byte> buffer, in MasterKeyBinding binding)
    {
        var purpose = binding.IsInstallationKey ? "secronna installation key"u8 : "secronna kek"u8;
        var data = new AssociatedData(buffer, BoxFormat.First, purpose, WrappedKeyBox.HeaderSize);
        if (!binding.IsInstallationKey)
        {
            data.Append(binding.WorkspaceId);
            data.Append(binding.ProjectId);
            data.Append(binding.KekId);
        }

        data.Append(binding.MasterKeyId);
        return data;
    }

    public static AssociatedData ForLogKey(Span<byte> buffer, string installationId)
    {
        var data = new AssociatedData(buffer, BoxFormat.First, "secronna log key"u8, WrappedKeyBox.HeaderSize);
        data.Append(installationId);
        return data;
    }

    /// <summary>Fills in the header of a box, and returns the complete bytes. They stay valid until the next call.</summary>
    public readonly ReadOnlySpan<byte> WithHeader(ReadOnlySpan<byte> boxHeader)
    {
        boxHeader.CopyTo(header);
        return buffer[..size];
    }

    /// <exception cref="ArgumentException"><see cref="IsUsable"/> is false.</exception>
    public readonly void RequireUsable()
    {
        if (!IsUsable)
        {
            throw new ArgumentException("Ids are 1 to 128 bytes of UTF-8, keys 1 to 256, versions count from 1.");
        }
    }

    private void Append(in VersionBinding binding)
    {
        Append(binding.WorkspaceId);
        Append(binding.ProjectId);
        Append(binding.EnvironmentId);
        Append(binding.SecretId);
        if (Format == BoxFormat.WithKey)
        {
            Append(binding.Key, VersionBinding.MaxKeySize);
        }

        IsUsable &= binding.Version > 0;
        BinaryPrimitives.WriteInt32BigEndian(AppendPart(sizeof(int)), binding.Version);
    }

    private void Append(string? id, int maxSize = IdBytes.MaxSize)
    {
        IsUsable &= IdBytes.TryWrite(id, buffer.Slice(size + LengthSize, maxSize), out var idSize);
        AppendPart(idSize);
    }

    private Span<byte> AppendPart(int partSize)
    {
        BinaryPrimitives.WriteInt32BigEndian(buffer[size..], partSize);
        var part = buffer.Slice(size + LengthSize, partSize);
        size += LengthSize + partSize;
        return part;
    }
}
