using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Net.Pkcs11Interop.Common;
using Net.Pkcs11Interop.LowLevelAPI80;
using Net.Pkcs11Interop.LowLevelAPI80.MechanismParams;
using Secronna.Crypto;

namespace Secronna.Server.MasterKeys.Pkcs11;

/// <summary>AES-256-GCM by a key in a token (<c>CKM_AES_GCM</c>, NIST SP 800-38D), with the nonce of the box (S5, S6).</summary>
/// <remarks>What is secret passes between pinned buffers and the library, and is copied nowhere on this side (S26).</remarks>
internal readonly ref struct Pkcs11Cipher(Pkcs11Session session, ulong key)
{
    private const int KeySize = (int)Pkcs11Session.KeySize;
    private const int SealedSize = KeySize + Aes256Gcm.TagSize;

    // Libraries ask for room for the tag too, and some for a block more.
    private const int Room = SealedSize + 16;

    private static readonly byte[] ProbeData = "secronna probe"u8.ToArray();

    private Pkcs11Library Native => session.Native;

    /// <summary>Encrypts 32 bytes: the ciphertext, and then the tag.</summary>
    /// <exception cref="Pkcs11Exception">The token can't do it.</exception>
    public unsafe byte[] Seal(TokenWrap wrap, PinnedBuffer plaintext)
    {
        var room = new byte[Room];
        var length = (ulong)Room;
        fixed (byte* nonce = wrap.Nonce, data = wrap.AssociatedData)
        {
            var parameters = Parameters(wrap, nonce, data);
            var mechanism = Mechanism(&parameters);
            Pkcs11Module.Require(Native.C_EncryptInit(session.Handle, ref mechanism, key), nameof(Native.C_EncryptInit));
            Pkcs11Module.Require(
                Native.C_Encrypt(session.Handle, ArrayOf(plaintext), (ulong)plaintext.Length, room, ref length), nameof(Native.C_Encrypt));
        }

        return room[..(int)length];
    }

    /// <summary>Decrypts to 32 bytes, which the caller disposes of.</summary>
    /// <exception cref="DecryptionException">The tag is wrong.</exception>
    /// <exception cref="Pkcs11Exception">The token can't do it.</exception>
    public PinnedBuffer Open(TokenWrap wrap)
    {
        var plaintext = PinnedBuffer.Rent(Room);
        try
        {
            Decrypt(wrap, plaintext);
            return plaintext;
        }
        catch (Pkcs11Exception exception) when (MaySayThatTheTagIsWrong(exception) && (SaysThatTheTagIsWrong(exception) || Works()))
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

        Pkcs11Module.Require(length == KeySize ? CKR.CKR_OK : CKR.CKR_ENCRYPTED_DATA_LEN_RANGE, nameof(Native.C_Decrypt));
        plaintext.Truncate(KeySize);
    }

    // Some libraries say of a wrong tag what they say of any trouble. If the key opens what it has just made, the box is wrong.
    private bool Works()
    {
        var probe = new TokenWrap([], RandomNumberGenerator.GetBytes(12), ProbeData, []);
        using var nothing = PinnedBuffer.Rent(KeySize);
        using var opened = PinnedBuffer.Rent(Room);
        try
        {
            Decrypt(probe with { Sealed = Seal(probe, nothing) }, opened);
            return opened.Span.SequenceEqual(nothing.Span);
        }
        catch (Pkcs11Exception)
        {
            return false;
        }
    }

    private static bool MaySayThatTheTagIsWrong(Pkcs11Exception exception) => exception.Method == nameof(Pkcs11Library.C_Decrypt)
        && (SaysThatTheTagIsWrong(exception) || exception.RV is CKR.CKR_GENERAL_ERROR or CKR.CKR_FUNCTION_FAILED or CKR.CKR_DEVICE_ERROR);

    // 0x42 is version 3.0's CKR_AEAD_DECRYPT_FAILED.
    private static bool SaysThatTheTagIsWrong(Pkcs11Exception exception) => exception.RV
        is CKR.CKR_ENCRYPTED_DATA_INVALID or CKR.CKR_ENCRYPTED_DATA_LEN_RANGE or CKR.CKR_DATA_INVALID or CKR.CKR_SIGNATURE_INVALID
        or (CKR)0x42;

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

    // The buffer's own array, which is pinned: the call passes its address.
    private static byte[] ArrayOf(PinnedBuffer buffer) => MemoryMarshal.TryGetArray<byte>(buffer.Memory, out var array) && array.Offset == 0
        ? array.Array!
        : throw new InvalidOperationException("A pinned buffer begins at its array's start.");
}
