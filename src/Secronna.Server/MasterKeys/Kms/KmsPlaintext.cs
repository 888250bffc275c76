using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Secronna.Crypto;

namespace Secronna.Server.MasterKeys.Kms;

/// <summary>Moves keys into and out of the streams that the AWS SDK uses (S26).</summary>
internal static class KmsPlaintext
{
    /// <summary>A stream over the buffer's own bytes. The caller still disposes of the buffer.</summary>
    public static MemoryStream StreamOver(PinnedBuffer key) => MemoryMarshal.TryGetArray<byte>(key.Memory, out var array)
        ? new MemoryStream(array.Array!, array.Offset, array.Count, writable: false, publiclyVisible: true)
        : throw new InvalidOperationException("A pinned buffer has an array.");

    /// <summary>Moves the key out of an answer's stream: copies it, and zeroes the stream.</summary>
    /// <exception cref="DecryptionException">The stream isn't as long as a key.</exception>
    public static void MoveTo(Span<byte> key, MemoryStream stream)
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
