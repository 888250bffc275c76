// The associated data of a box states where the box belongs (S6). It is a list of parts, each preceded by its length as
// 4 bytes, big endian: a purpose, the header of the box, then ids.
//
//   purpose                      header of a        ids
//   "secronna value"             value box          workspace, project, environment, secret, version
//   "secronna data key"          wrapped key box    workspace, project, environment, secret, version, KEK
//   "secronna kek"               wrapped key box    workspace, project, KEK, master key
//   "secronna installation key"  wrapped key box    master key
//
// The header is every byte of the box before its ciphertext. Ids are UTF-8. The version is 4 bytes, big endian. Because each
// part carries its length, two different lists of parts never give the same bytes.

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
        + LengthSize + sizeof(int);

    private readonly Span<byte> buffer;
    private readonly Span<byte> header;
    private int size;

    private AssociatedData(Span<byte> buffer, ReadOnlySpan<byte> purpose, int headerSize)
    {
        this.buffer = buffer;
        IsUsable = true;
        purpose.CopyTo(AppendPart(purpose.Length));
        header = AppendPart(headerSize);
    }

    /// <summary>False if an id is not 1 to 128 bytes of valid UTF-8, or the version is not positive.</summary>
    public bool IsUsable { get; private set; }

    public static AssociatedData ForValue(Span<byte> buffer, in VersionBinding binding)
    {
        var data = new AssociatedData(buffer, "secronna value"u8, ValueBox.HeaderSize);
        data.Append(binding);
        return data;
    }

    public static AssociatedData ForDataKey(Span<byte> buffer, in VersionBinding binding, string kekId)
    {
        var data = new AssociatedData(buffer, "secronna data key"u8, WrappedKeyBox.HeaderSize);
        data.Append(binding);
        data.Append(kekId);
        return data;
    }

    public static AssociatedData ForMasterKey(Span<byte> buffer, in MasterKeyBinding binding)
    {
        var purpose = binding.IsInstallationKey ? "secronna installation key"u8 : "secronna kek"u8;
        var data = new AssociatedData(buffer, purpose, WrappedKeyBox.HeaderSize);
        if (!binding.IsInstallationKey)
        {
            data.Append(binding.WorkspaceId);
            data.Append(binding.ProjectId);
            data.Append(binding.KekId);
        }

        data.Append(binding.MasterKeyId);
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
            throw new ArgumentException("Ids are 1 to 128 bytes of UTF-8, versions count from 1.");
        }
    }

    private void Append(in VersionBinding binding)
    {
        Append(binding.WorkspaceId);
        Append(binding.ProjectId);
        Append(binding.EnvironmentId);
        Append(binding.SecretId);
        IsUsable &= binding.Version > 0;
        BinaryPrimitives.WriteInt32BigEndian(AppendPart(sizeof(int)), binding.Version);
    }

    private void Append(string? id)
    {
        IsUsable &= IdBytes.TryWrite(id, buffer[(size + LengthSize)..], out var idSize);
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
