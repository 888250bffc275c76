namespace Secronna.Crypto.Trail;

/// <summary>The types of CBOR items that an entry consists of: the upper three bits of an item's first byte (RFC 8949 section 3.1).</summary>
internal enum CborType
{
    Number = 0,
    Bytes = 2,
    Text = 3,
    Map = 5,
}
