using System.Text;
using Net.Pkcs11Interop.Common;
using Net.Pkcs11Interop.LowLevelAPI80;
using Secronna.Crypto;

namespace Secronna.Server.MasterKeys.Pkcs11;

/// <summary>An open, logged-in session at a token, for one call at a time. <see cref="Pkcs11Cipher"/> encrypts in it.</summary>
internal sealed class Pkcs11Session(Pkcs11Module module, ulong handle) : IDisposable
{
    private const int MaxLabelSize = 64;
    private const int BatchSize = 64;

    public Pkcs11Library Native => module.Native;

    public ulong Handle => handle;

    /// <summary>The ids of all master keys in the token, sorted. A label that two keys share is listed twice.</summary>
    /// <exception cref="Pkcs11Exception">The token or the session does not work.</exception>
    public List<string> ListKeyIds()
    {
        using var template = Pkcs11Attributes.ForSearch(null);
        var ids = Find(template).Select(MasterKeyLabel).OfType<string>().Where(MasterKeyId.IsValid).ToList();
        ids.Sort(StringComparer.Ordinal);
        return ids;
    }

    /// <summary>The handles of the master keys with this id. More than one means that the token was set up wrongly.</summary>
    /// <exception cref="Pkcs11Exception">The token or the session does not work.</exception>
    public List<ulong> FindKeys(string id)
    {
        if (!MasterKeyId.IsValid(id))
        {
            return [];
        }

        using var template = Pkcs11Attributes.ForSearch(id);
        return Find(template).FindAll(key => MasterKeyLabel(key) == id);
    }

    /// <summary>Creates a new random key in the token.</summary>
    /// <exception cref="Pkcs11Exception">The token refuses to create the key, or does not work.</exception>
    public void Generate(string id)
    {
        using var template = Pkcs11Attributes.ForNewKey(id);
        var mechanism = CkmUtils.CreateMechanism(CKM.CKM_AES_KEY_GEN);
        var key = 0UL;
        Pkcs11Module.Require(
            Native.C_GenerateKey(handle, ref mechanism, template.All, template.Count, ref key), nameof(Native.C_GenerateKey));
    }

    public void Dispose() => Native.C_CloseSession(handle);

    private List<ulong> Find(Pkcs11Attributes template)
    {
        RequireLogin();
        Pkcs11Module.Require(Native.C_FindObjectsInit(handle, template.All, template.Count), nameof(Native.C_FindObjectsInit));
        var found = new List<ulong>();
        var batch = new ulong[BatchSize];
        var count = 0UL;
        do
        {
            Pkcs11Module.Require(Native.C_FindObjects(handle, batch, BatchSize, ref count), nameof(Native.C_FindObjects));
            found.AddRange(batch.AsSpan(0, (int)count));
        }
        while (count > 0);
        Pkcs11Module.Require(Native.C_FindObjectsFinal(handle), nameof(Native.C_FindObjectsFinal));
        return found;
    }

    // A token hides private objects from a session that is logged out, without an error. Without this check, the token's keys
    // would seem to be gone.
    private void RequireLogin()
    {
        var info = default(CK_SESSION_INFO);
        Pkcs11Module.Require(Native.C_GetSessionInfo(handle, ref info), nameof(Native.C_GetSessionInfo));
        if ((CKS)info.State is not (CKS.CKS_RO_USER_FUNCTIONS or CKS.CKS_RW_USER_FUNCTIONS))
        {
            throw new Pkcs11Exception(nameof(Native.C_GetSessionInfo), CKR.CKR_USER_NOT_LOGGED_IN);
        }
    }

    // Null if the object is not an AES-256 key, has no label, has a label that is too long, or was deleted meanwhile.
    private unsafe string? MasterKeyLabel(ulong key)
    {
        var label = stackalloc byte[MaxLabelSize];
        var length = 0UL;
        CK_ATTRIBUTE[] attributes =
        [
            new() { type = (ulong)CKA.CKA_LABEL, value = (IntPtr)label, valueLen = MaxLabelSize },
            new() { type = (ulong)CKA.CKA_VALUE_LEN, value = (IntPtr)(&length), valueLen = sizeof(ulong) },
        ];
        var answer = Native.C_GetAttributeValue(handle, key, attributes, (ulong)attributes.Length);
        if (answer is CKR.CKR_BUFFER_TOO_SMALL or CKR.CKR_ATTRIBUTE_TYPE_INVALID or CKR.CKR_OBJECT_HANDLE_INVALID)
        {
            return null;
        }

        Pkcs11Module.Require(answer, nameof(Native.C_GetAttributeValue));
        return length == Aes256Gcm.KeySize ? Encoding.UTF8.GetString(label, (int)attributes[0].valueLen) : null;
    }
}
