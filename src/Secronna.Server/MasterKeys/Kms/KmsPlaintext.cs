using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Secronna.Crypto;

namespace Secronna.Server.MasterKeys.Kms;

/// <summary>Keys in the streams that the AWS SDK takes and gives (S26).</summary>
internal static class KmsPlaintext
{
    /// <summary>A stream over the buffer itself, which goes on being its owner's to dispose of.</summary>
    public static MemoryStream Of(PinnedBuffer key) => MemoryMarshal.TryGetArray<byte>(key.Memory, out var array)
        ? new MemoryStream(array.Array!, array.Offset, array.Count, writable: false, publiclyVisible: true)
        : throw new InvalidOperationException("A pinned buffer has an array.");

    /// <summary>Moves a key out of an answer's stream, which is zero then.</summary>
    /// <exception cref="DecryptionException">It isn't as long as a key.</exception>
    public static void Take(MemoryStream stream, Span<byte> key)
    {
        try
        {
            if (stream.Length != key.Length)
            {
                throw new DecryptionException();
            }

            stream.Position = 0;
            stream.ReadExactly(key);
        }
        finally
        {
            Zero(stream);
        }
    }

    private static void Zero(MemoryStream stream)
    {
        if (stream.TryGetBuffer(out var bytes))
        {
            CryptographicOperations.ZeroMemory(bytes);
            return;
        }

        stream.Position = 0;
        stream.Write(new byte[stream.Length]);
    }
}
