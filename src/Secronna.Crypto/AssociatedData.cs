// What a box is bound to (S6), each part behind its length as 4 bytes, big endian:
//
//   purpose                      header                    ids
//   "secronna value"             the value box's           workspace, project, environment, secret, version
//   "secronna data key"          the wrapped key's         workspace, project, environment, secret, version, KEK
//   "secronna kek"               the wrapped key's         workspace, project, KEK, master key
//   "secronna installation key"  the wrapped key's         master key
//
// The header is everything of the box before its ciphertext. A version is 4 bytes, big endian; ids are UTF-8. The
// lengths make it impossible that two different lists of parts give the same bytes.

using System.Buffers.Binary;

namespace Secronna.Crypto;

/// <summary>Associated data being built in the caller's buffer. The box fills in its header when it is made or read.</summary>
internal ref struct AssociatedData
{
    private const int LengthSize = sizeof(int);
    private const int LongestPurpose = 25;
    private const int MostIds = 5;

    /// <summary>The size of buffer that always suffices.</summary>
    internal const int MaxSize = LengthSize + LongestPurpose
        + LengthSize + ValueBox.HeaderSize
        + (MostIds * (LengthSize + IdBytes.MaxSize))
        + LengthSize + sizeof(int);

    private readonly Span<byte> _buffer;
    private readonly Span<byte> _header;
    private int _size;

    private AssociatedData(Span<byte> buffer, ReadOnlySpan<byte> purpose, int headerSize)
    {
        _buffer = buffer;
        IsUsable = true;
        purpose.CopyTo(Next(purpose.Length));
        _header = Next(headerSize);
    }

    /// <summary>False if an id is missing, empty, too long or not text, or the version isn't positive.</summary>
    internal bool IsUsable { get; private set; }

    internal static AssociatedData ForValue(Span<byte> buffer, in VersionBinding binding)
    {
        var data = new AssociatedData(buffer, "secronna value"u8, ValueBox.HeaderSize);
        data.Add(binding);
        return data;
    }

    internal static AssociatedData ForDataKey(Span<byte> buffer, in VersionBinding binding, string kekId)
    {
        var data = new AssociatedData(buffer, "secronna data key"u8, WrappedKeyBox.HeaderSize);
        data.Add(binding);
        data.Add(kekId);
        return data;
    }

    internal static AssociatedData ForMasterKey(Span<byte> buffer, in MasterKeyBinding binding)
    {
        var purpose = binding.IsInstallationKey ? "secronna installation key"u8 : "secronna kek"u8;
        var data = new AssociatedData(buffer, purpose, WrappedKeyBox.HeaderSize);
        if (!binding.IsInstallationKey)
        {
            data.Add(binding.WorkspaceId);
            data.Add(binding.ProjectId);
            data.Add(binding.KekId);
        }

        data.Add(binding.MasterKeyId);
        return data;
    }

    /// <summary>The finished bytes, with the header of the box at hand.</summary>
    internal readonly ReadOnlySpan<byte> WithHeader(ReadOnlySpan<byte> header)
    {
        header.CopyTo(_header);
        return _buffer[.._size];
    }

    /// <exception cref="ArgumentException">The binding is one that nothing may be sealed under.</exception>
    internal readonly void RequireUsable()
    {
        if (!IsUsable)
            throw new ArgumentException("Ids are 1 to 128 bytes of UTF-8, versions count from 1.");
    }

    private void Add(in VersionBinding binding)
    {
        Add(binding.WorkspaceId);
        Add(binding.ProjectId);
        Add(binding.EnvironmentId);
        Add(binding.SecretId);
        IsUsable &= binding.Version > 0;
        BinaryPrimitives.WriteInt32BigEndian(Next(sizeof(int)), binding.Version);
    }

    private void Add(string? id)
    {
        IsUsable &= IdBytes.TryWrite(id, _buffer[(_size + LengthSize)..], out var size);
        Next(size);
    }

    private Span<byte> Next(int size)
    {
        BinaryPrimitives.WriteInt32BigEndian(_buffer[_size..], size);
        var part = _buffer.Slice(_size + LengthSize, size);
        _size += LengthSize + size;
        return part;
    }
}
