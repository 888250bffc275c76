using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Net.Pkcs11Interop.Common;
using Net.Pkcs11Interop.LowLevelAPI80;
using Net.Pkcs11Interop.LowLevelAPI80.MechanismParams;
using Secronna.Crypto;

namespace Secronna.Server.MasterKeys.Pkcs11;

/// <summary>
/// AES-256-GCM with a key in a token (<c>CKM_AES_GCM</c>, NIST SP 800-38D), over the inputs of a <see cref="TokenWrap"/> (S5,
/// S6).
/// </summary>
/// <remarks>Plaintext is passed to and from the library in pinned buffers, without copies on this side (S26).</remarks>
internal readonly ref struct Pkcs11Cipher(Pkcs11Session session, ulong key)
{
    private const int AesBlockSize = 16;

    // Libraries require an output buffer with room for the tag, even when they decrypt. Some require room for one more block.
    private const int OutputSize = Aes256Gcm.KeySize + Aes256Gcm.TagSize + AesBlockSize;

    // CKR_AEAD_DECRYPT_FAILED of PKCS #11 version 3.0.
    private const CKR AeadDecryptFailed = (CKR)0x42;

    private static readonly byte[] ProbeData = "secronna probe"u8.ToArray();

    private Pkcs11Library Native => session.Native;

    /// <summary>Encrypts a 32-byte key.</summary>
    /// <returns>The ciphertext followed by the tag.</returns>
    /// <exception cref="Pkcs11Exception">The token can't encrypt.</exception>
    public unsafe byte[] Seal(TokenWrap wrap, PinnedBuffer plaintext)
    {
        var output = new byte[OutputSize];
        var length = (ulong)OutputSize;
        fixed (byte* nonce = wrap.Nonce, data = wrap.AssociatedData)
        {
            var parameters = Parameters(wrap, nonce, data);
            var mechanism = Mechanism(&parameters);
            Pkcs11Module.Require(Native.C_EncryptInit(session.Handle, ref mechanism, key), nameof(Native.C_EncryptInit));
            Pkcs11Module.Require(
                Native.C_Encrypt(session.Handle, ArrayOf(plaintext), (ulong)plaintext.Length, output, ref length), nameof(Native.C_Encrypt));
        }

        return output[..(int)length];
    }

    /// <summary>Decrypts a 32-byte key. The caller disposes of it.</summary>
    /// <exception cref="DecryptionException">The tag does not match.</exception>
    /// <exception cref="Pkcs11Exception">The token can't decrypt.</exception>
    public PinnedBuffer Open(TokenWrap wrap)
    {
        var plaintext = PinnedBuffer.Rent(OutputSize);
        try
        {
            Decrypt(wrap, plaintext);
            return plaintext;
        }
        catch (Pkcs11Exception exception) when (SaysThatTagIsWrong(exception) || (MayMeanThatTagIsWrong(exception) && CanDecrypt()))
        {
            plaintext.Dispose();
            throw new DecryptionException();
        }
        catch
        {
            plaintext.Dispose();
            throw;
        }
    }

    private unsafe void Decrypt(TokenWrap wrap, PinnedBuffer plaintext)
    {
        var length = (ulong)plaintext.Length;
        fixed (byte* nonce = wrap.Nonce, data = wrap.AssociatedData)
        {
            var parameters = Parameters(wrap, nonce, data);
            var mechanism = Mechanism(&parameters);
            Pkcs11Module.Require(Native.C_DecryptInit(session.Handle, ref mechanism, key), nameof(Native.C_DecryptInit));
            Pkcs11Module.Require(
                Native.C_Decrypt(session.Handle, wrap.Sealed, (ulong)wrap.Sealed.Length, ArrayOf(plaintext), ref length),
                nameof(Native.C_Decrypt));
        }

        Pkcs11Module.Require(length == Aes256Gcm.KeySize ? CKR.CKR_OK : CKR.CKR_ENCRYPTED_DATA_LEN_RANGE, nameof(Native.C_Decrypt));
        plaintext.Truncate(Aes256Gcm.KeySize);
    }

    // Some libraries report a wrong tag with the same code as trouble with the device. If the key can decrypt what it has just
    // encrypted, the device works, so the box is wrong. The probe's nonce is random like every other nonce under this key (S7).
    private bool CanDecrypt()
    {
        var probe = new TokenWrap([], RandomNumberGenerator.GetBytes(Aes256Gcm.NonceSize), ProbeData, []);
        using var zeros = PinnedBuffer.Rent(Aes256Gcm.KeySize);
        using var opened = PinnedBuffer.Rent(OutputSize);
        try
        {
            Decrypt(probe with { Sealed = Seal(probe, zeros) }, opened);
            return opened.Span.SequenceEqual(zeros.Span);
        }
        catch (Pkcs11Exception)
        {
            return false;
        }
    }

    private static bool SaysThatTagIsWrong(Pkcs11Exception exception) => exception.Method == nameof(Pkcs11Library.C_Decrypt)
        && exception.RV is CKR.CKR_ENCRYPTED_DATA_INVALID or CKR.CKR_ENCRYPTED_DATA_LEN_RANGE or CKR.CKR_DATA_INVALID
            or CKR.CKR_SIGNATURE_INVALID or AeadDecryptFailed;

    private static bool MayMeanThatTagIsWrong(Pkcs11Exception exception) => exception.Method == nameof(Pkcs11Library.C_Decrypt)
        && exception.RV is CKR.CKR_GENERAL_ERROR or CKR.CKR_FUNCTION_FAILED or CKR.CKR_DEVICE_ERROR;

    private static unsafe CK_GCM_PARAMS Parameters(TokenWrap wrap, byte* nonce, byte* data) => new()
    {
        Iv = (IntPtr)nonce,
        IvLen = (ulong)wrap.Nonce.Length,
        IvBits = (ulong)wrap.Nonce.Length * 8,
        AAD = (IntPtr)data,
        AADLen = (ulong)wrap.AssociatedData.Length,
        TagBits = Aes256Gcm.TagSize * 8,
    };

    private static unsafe CK_MECHANISM Mechanism(CK_GCM_PARAMS* parameters) => new()
    {
        Mechanism = (ulong)CKM.CKM_AES_GCM,
        Parameter = (IntPtr)parameters,
        ParameterLen = (ulong)sizeof(CK_GCM_PARAMS),
    };

    // The buffer's own array. It is pinned, so the library reads and writes it in place.
    private static byte[] ArrayOf(PinnedBuffer buffer) => MemoryMarshal.TryGetArray<byte>(buffer.Memory, out var array) && array.Offset == 0
        ? array.Array!
        : throw new InvalidOperationException("A pinned buffer begins at its array's start.");
}
