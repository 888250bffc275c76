using System.Buffers.Binary;

namespace Secronna.Tests.Http2;

/// <summary>A frame of HTTP/2 (RFC 9113, section 6).</summary>
internal sealed record Http2Frame(byte Type, byte Flags, int Stream, byte[] Payload)
{
    public const byte Data = 0;
    public const byte Headers = 1;
    public const byte ResetStream = 3;
    public const byte Settings = 4;
    public const byte Ping = 6;
    public const byte GoAway = 7;
    public const byte WindowUpdate = 8;

    public const byte Acknowledge = 1;
    public const byte EndStream = 1;
    public const byte EndHeaders = 4;

    /// <summary>The code of a reset.</summary>
    public uint ErrorCode => BinaryPrimitives.ReadUInt32BigEndian(Payload);
}
